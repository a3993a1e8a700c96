internal import AgentdCore
internal import Postgres

extension QueueShare {
    /// What `priority_support` is: a double share when calls have to wait for the database.
    private static let priorityWeight = 2

    /// That of the tenant that the call works in.
    init(of caller: Caller) {
        let tenant = caller.tenantID.value
        let weight = caller.features.contains(.prioritySupport) ? Self.priorityWeight : 1
        self.init(high: tenant.high, low: tenant.low, weight: weight)
    }
}
