/// A key, and what it was found to have before the run.
package struct LoadTarget: Sendable {
    package let token: String
    /// Empty when it is not known, because the key has no agents.
    package let tenantID: String
    /// Of the key's own agents.
    package let agentIDs: [Int64]

    package init(token: String, tenantID: String, agentIDs: [Int64]) {
        self.token = token
        self.tenantID = tenantID
        self.agentIDs = agentIDs
    }
}
