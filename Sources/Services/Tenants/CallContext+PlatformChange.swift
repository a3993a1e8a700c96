internal import AgentdCore
internal import Storage

extension CallContext {
    /// What a change across tenants carries.
    /// - Parameter requestID: The text of the request; empty for none. It was validated before.
    func platformChange(requestID: String) -> PlatformChange {
        PlatformChange(change: change(requestID: requestID), principal: caller.principal, callID: inbound.callID)
    }
}
