internal import AgentdClient
internal import AgentdCore

/// Hints on what a tenant may not, or not so often.
extension Hint {
    var feature: String {
        get async {
            let named = Features.names.filter { error.message.contains($0) }
            let options = (named.isEmpty ? ["NAME"] : named).map { " --add-feature \($0)" }.joined()
            return "`agentctl tenants current` shows what is switched on; a system administrator switches on with "
                + "`agentctl tenants update \(await tenantName)\(options)`."
        }
    }

    /// Asks nobody who calls: that would be one call too many again.
    var rate: String {
        let delay = error.retryDelay.map { "try again in \(DurationText.readable($0)), or " } ?? ""
        let patience = "\(delay)with a longer --timeout: agentctl then waits and tries again by itself."
        // That of a connection is nobody's to change here.
        guard let option = limitOption else { return patience }
        return "\(patience) A system administrator changes the limit with `agentctl tenants update "
            + "\(settings.tenant?.value ?? "TENANT") \(option) NUMBER`."
    }

    var quota: String? {
        get async {
            guard let option = limitOption else { return nil }
            return
                "`agentctl tenants stats` counts them. Make room, or have a system administrator raise the limit with "
                + "`agentctl tenants update \(await tenantName) \(option) NUMBER`."
        }
    }

    /// The option of `tenants update` that changes the limit which was reached.
    private var limitOption: String? {
        let limits = ["max_agents", "max_users", "max_tokens", "requests_per_second", "max_in_flight"]
        return error.limits.first { limits.contains($0) }.map { "--" + $0.replacing("_", with: "-") }
    }
}
