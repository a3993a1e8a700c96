internal import AgentdCore
internal import Postgres

/// What changes of one tenant must not happen at the same time.
package enum TenantLock: Int64, Sendable {
    /// Agents that count against a limit.
    case agents = 1
    /// Users: their number, and that an administrator is left.
    case users = 2
    /// Keys that count against a limit.
    case tokens = 3

    /// The SQL that says whether the transaction holds the lock that it was to take. It waits for none: a connection
    /// that did would let the calls of all tenants behind it wait too. A change without it does nothing and answers
    /// `unlocked`.
    static let isHeld = "coalesce(current_setting('app.tenant_lock', true) = 'held', false)"

    /// The key of PostgreSQL's advisory lock. Two tenants may share one by accident: then their changes take turns for
    /// nothing.
    func key(of tenant: TenantID) -> Int64 {
        var random = FastRandomNumberGenerator(seed: tenant.value.high ^ tenant.value.low &+ UInt64(rawValue))
        return Int64(bitPattern: random.next())
    }
}

/// Lets the changes of one event loop that need the same lock of the database take turns before they are sent. Changes
/// of other loops and replicas still meet at the lock itself.
///
/// Unchecked: it is touched on one event loop alone.
final class TurnQueue: @unchecked Sendable {
    /// Changes that wait for one lock; each turn takes a commit, so more would wait for longer than callers do.
    private static let maximumWaiting = 1_024

    private var waiting: [Int64: [CheckedContinuation<Void, Never>]] = [:]
    /// Keys under which the last change found that there may be no more.
    private var exhausted: Set<Int64> = []
    /// What is forgotten of more than these costs a turn each.
    private static let maximumExhausted = 4_096

    /// Whether a change under this key is so likely to be refused that it is asked without a turn first.
    func isExhausted(_ key: Int64) -> Bool { exhausted.contains(key) }

    func note(_ key: Int64, isExhausted: Bool) {
        guard isExhausted else {
            exhausted.remove(key)
            return
        }
        if exhausted.count >= Self.maximumExhausted { exhausted.removeAll() }
        exhausted.insert(key)
    }

    /// Runs an operation when nobody else with this key does. Waiting ends by itself: each turn is bounded by the
    /// deadline of its call, and one whose caller has gone ends at once.
    /// - Throws: `DB_QUEUE_FULL` when too many wait already.
    func run<R>(
        _ key: Int64, _ operation: () async throws(ServiceError) -> R
    ) async throws(ServiceError) -> R {
        if let others = waiting[key] {
            guard others.count < Self.maximumWaiting else { throw ServiceError(PostgresError.queueFull) }
            await withCheckedContinuation { waiting[key, default: []].append($0) }
        } else {
            waiting[key] = []
        }
        defer { passOn(key) }
        return try await operation()
    }

    private func passOn(_ key: Int64) {
        guard var rest = waiting[key], !rest.isEmpty else {
            waiting[key] = nil
            return
        }
        let next = rest.removeFirst()
        waiting[key] = rest
        next.resume()
    }
}
