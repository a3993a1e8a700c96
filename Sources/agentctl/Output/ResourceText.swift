internal import AgentdClient

/// Answers as people read them.
enum ResourceText {
    /// One agent, its prompt below.
    static func agent(_ agent: AgentdClient.Agent) -> String {
        var block = Block()
        block.add("id", "\(agent.id)")
        block.add("name", agent.name)
        block.add("description", ifAny: agent.description)
        block.add("type", agent.type.shortName)
        block.add("status", agent.status.shortName)
        block.add("public", agent.isPublic ? "yes" : "no")
        block.add("owner", "\(agent.ownerID)")
        block.add("tenant", agent.tenantID)
        block.add("config", ifAny: agent.config)
        block.add("created", ifAny: agent.createTime.map { "\(TimeText.readable($0)) UTC" })
        block.add("updated", ifAny: agent.updateTime.map { "\(TimeText.readable($0)) UTC" })
        block.add("deleted", ifAny: agent.deleteTime.map { "\(TimeText.readable($0)) UTC" })
        block.add("etag", agent.etag)
        if agent.systemPrompt.isEmpty { return block.text }
        let prompt = DisplayText.lines(agent.systemPrompt)
        return "\(block.text)\n\(prompt)\(prompt.hasSuffix("\n") ? "" : "\n")"
    }

    static func tenant(_ tenant: AgentdClient.Tenant) -> String {
        var block = Block()
        block.add("id", tenant.id)
        block.add("slug", tenant.slug)
        block.add("name", tenant.displayName)
        block.add("domain", ifAny: tenant.domain)
        block.add("state", tenant.state.shortName)
        block.add("features", tenant.features.isEmpty ? "none" : tenant.features.joined(separator: ", "))
        let limits = tenant.limits
        block.add("agents at most", ifAny: limit(limits.maxAgents))
        block.add("users at most", ifAny: limit(limits.maxUsers))
        block.add("keys at most", ifAny: limit(limits.maxTokens))
        block.add("calls per second", ifAny: limit(Int64(limits.requestsPerSecond)))
        block.add("calls in flight", ifAny: limit(Int64(limits.maxInFlight)))
        block.add("created", ifAny: tenant.createTime.map { "\(TimeText.readable($0)) UTC" })
        block.add("etag", ifAny: tenant.etag)
        return block.text
    }

    private static func limit(_ number: Int64) -> String? { number == 0 ? nil : "\(number)" }

    static func user(_ user: AgentdClient.User) -> String {
        var block = Block()
        block.add("id", "\(user.id)")
        block.add("email", user.email)
        block.add("name", ifAny: user.displayName)
        block.add("role", user.role.shortName)
        block.add("active", user.isActive ? "yes" : "no")
        block.add("tenant", user.tenantID)
        block.add("created", ifAny: user.createTime.map { "\(TimeText.readable($0)) UTC" })
        return block.text
    }

    static func identity(_ identity: AgentdClient.Identity) -> String {
        var block = Block()
        block.add("user", identity.user.email)
        block.add("user id", "\(identity.user.id)")
        block.add("name", ifAny: identity.user.displayName)
        block.add("role", identity.user.role.shortName)
        block.add("tenant", identity.tenant.slug)
        block.add("tenant id", identity.tenant.id)
        block.add("tenant name", ifAny: identity.tenant.displayName)
        let features = identity.tenant.features
        block.add("features", features.isEmpty ? "none" : features.joined(separator: ", "))
        return block.text
    }

    static func issuedToken(_ issued: AgentdClient.IssuedToken) -> String {
        var block = Block()
        block.add("key", issued.secret)
        block.add("key id", issued.token.id)
        block.add("user", "\(issued.token.userID)")
        block.add("name", ifAny: issued.token.displayName)
        block.add("expires", issued.token.expireTime.map { "\(TimeText.readable($0)) UTC" } ?? "never")
        return block.text
    }
}
