package import AgentdCore
package import Postgres

/// The database of one event loop: a pool that connects as `agentd_app` for the tenants' statements, and a small one
/// that connects as `agentd_platform` for the few that work across tenants.
///
/// A class, so that every call's session holds on to one thing.
package final class Database: Sendable {
    let tenantPool: PostgresPool
    private let platformPool: PostgresPool
    let turns = TurnQueue()

    /// Takes what the database has brought, and sends what has come; on the loop, between other work on it.
    package func goOn() { tenantPool.goOn() }

    /// Whether so many calls wait that another one perhaps must not.
    /// - Parameter own: Calls that its connection has already.
    package func isCrowded(own: Int) -> Bool { tenantPool.isCrowded(own: own) }

    /// Why a call of a tenant's would be refused now, before anything is done for it; nil when it would not.
    /// - Parameters:
    ///   - changes: Whether it changes something.
    ///   - own: As of `isCrowded`.
    ///   - wasHeld: Whether it was not refused before, and held.
    package func refusal(of caller: Caller, changes: Bool, own: Int, wasHeld: Bool) -> ServiceError? {
        let isFull = tenantPool.isFull(
            for: QueueShare(of: caller), effect(changes), own: own, hadPlace: wasHeld)
        return isFull ? .databaseQueueFull : nil
    }

    /// How many calls of a tenant's have their turn together where calls wait.
    package func weight(of caller: Caller) -> Int { QueueShare(of: caller).weight }

    /// A call that is not refused comes later: until `endHold` it takes a place of its tenant's.
    package func hold(of caller: Caller, changes: Bool) {
        tenantPool.hold(for: QueueShare(of: caller), effect(changes))
    }

    package func endHold(of caller: Caller, changes: Bool) {
        tenantPool.endHold(for: QueueShare(of: caller), effect(changes))
    }

    private func effect(_ changes: Bool) -> Effect { changes ? .write : .read }

    package init(tenantPool: PostgresPool, platformPool: PostgresPool) {
        self.tenantPool = tenantPool
        self.platformPool = platformPool
    }

    package func tenantSession(for caller: Caller, callID: CallID, deadline: Deadline) -> TenantSession {
        TenantSession(database: self, caller: caller, callID: callID, deadline: deadline)
    }

    package func platformSession(deadline: Deadline) -> PlatformSession {
        PlatformSession(pool: platformPool, deadline: deadline)
    }
}
