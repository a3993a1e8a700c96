internal import AgentdCore

/// What is known of tokens that were looked at before, by their SHA-256. Bounded; what is too old is looked at again,
/// so that a revoked token, a deactivated user or a suspended tenant is noticed.
struct TokenCache {
    enum Verdict {
        case principal(Principal)
        case refused(ServiceError)
    }

    private struct Entry {
        let verdict: Verdict
        let checkedAt: UInt64
        /// When the token itself ends, by the wall clock.
        let expireTime: Timestamp?
    }

    private let recheckNanoseconds: UInt64
    /// Apart from each other, so that a flood of wrong tokens does not push out the right ones.
    private var principals: Generations<Entry>
    private var refusals: Generations<Entry>

    /// - Parameters:
    ///   - capacity: The most tokens kept, of those that are good and of those that are not.
    ///   - recheckNanoseconds: How old an entry may get.
    init(capacity: Int, recheckNanoseconds: UInt64) {
        self.recheckNanoseconds = recheckNanoseconds
        principals = Generations(capacity: capacity)
        refusals = Generations(capacity: capacity)
    }

    /// What was found out about the token, or nil when it has to be looked at.
    func verdict(of digest: [UInt8], at now: UInt64, wallClock: () -> Timestamp) -> Verdict? {
        guard let entry = principals[digest] ?? refusals[digest],
            // A difference that wraps around is a time before the check: that is too far away as well.
            now &- entry.checkedAt < recheckNanoseconds
        else { return nil }
        if let expireTime = entry.expireTime, expireTime <= wallClock() { return nil }
        return entry.verdict
    }

    /// - Parameter now: When the look began, not when it ended: what happened in between may have been missed.
    mutating func keep(_ verdict: Verdict, of digest: [UInt8], expireTime: Timestamp?, at now: UInt64) {
        let entry = Entry(verdict: verdict, checkedAt: now, expireTime: expireTime)
        switch verdict {
        case .principal:
            refusals.remove(digest)
            principals.insert(entry, for: digest)
        case .refused:
            principals.remove(digest)
            refusals.insert(entry, for: digest)
        }
    }
}

/// A dictionary that forgets: when its younger half is full, the older half goes. Nothing is kept for each use, and
/// making room costs no search. An entry that is pushed out is one that has not been written for half a capacity of
/// others.
private struct Generations<Value> {
    private let half: Int
    private var young: [[UInt8]: Value] = [:]
    private var old: [[UInt8]: Value] = [:]

    init(capacity: Int) { half = max(1, capacity / 2) }

    subscript(_ key: [UInt8]) -> Value? { young[key] ?? old[key] }

    mutating func insert(_ value: Value, for key: [UInt8]) {
        if young.count >= half, young[key] == nil {
            old = young
            young = [:]
        }
        young[key] = value
    }

    mutating func remove(_ key: [UInt8]) {
        young[key] = nil
        old[key] = nil
    }
}
