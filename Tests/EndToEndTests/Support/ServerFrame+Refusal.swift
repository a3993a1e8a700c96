internal import AgentdCore
internal import Messages

extension ServerFrame.Response {
    /// Code and reason of an error, such as `NOT_FOUND AGENT_NOT_FOUND`; `OK` of a success.
    var outcome: String {
        get throws {
            if code == 0 { return "OK" }
            let refusal = try Refusal(self)
            return "\(refusal.code.name) \(refusal.reason)"
        }
    }
}
