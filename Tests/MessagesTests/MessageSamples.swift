internal import AgentdCore
internal import Messages

/// The same values in every test that compares messages, and in `Tests/Python/golden.py`.
enum Sample {
    static let tenantID = TenantID(UUIDValue(high: 0x0123_4567_89AB_CDEF, low: 0x8123_4567_89AB_CDEF))
    static let time = Timestamp(microseconds: 1_700_000_000_123_456)
    static let earlyTime = Timestamp(microseconds: -1)

    static var agent: Agent {
        var agent = Agent(tenantID: tenantID)
        agent.id = 9_007_199_254_740_993
        agent.ownerID = 42
        agent.name = "Zoë's \"helper\" 👩‍🚀"
        agent.description = "line one\nline two"
        agent.type = .codeAssistant
        agent.status = .active
        agent.systemPrompt = "Answer in 日本語."
        agent.config = #"{"temperature": 0.5}"#
        agent.isPublic = true
        agent.createTime = earlyTime
        agent.updateTime = time
        agent.revision = 7
        return agent
    }

    static var deletedAgent: Agent {
        var agent = agent
        agent.isActive = false
        agent.deleteTime = time
        return agent
    }

    static var tenant: Tenant {
        var tenant = Tenant(id: tenantID)
        tenant.slug = "acme"
        tenant.displayName = "Acme"
        tenant.domain = "acme.example"
        tenant.state = .suspended
        tenant.features = [.customAgents, .prioritySupport]
        tenant.limits.maxAgents = 1_000
        tenant.limits.requestsPerSecond = 50
        tenant.createTime = time
        tenant.updateTime = time
        tenant.revision = 3
        return tenant
    }

    static var user: User {
        var user = User(tenantID: tenantID)
        user.id = 5
        user.email = "ann@acme.example"
        user.displayName = "Ann"
        user.role = .tenantAdministrator
        user.createTime = time
        user.updateTime = time
        return user
    }

    static var token: Token {
        var token = Token(tenantID: tenantID)
        token.id = "0123456789abcdef01234567"
        token.userID = 5
        token.displayName = "laptop"
        token.createTime = time
        token.expireTime = time
        return token
    }

    static var createAgent: CreateAgentRequest {
        var request = CreateAgentRequest()
        var agent = AgentMessage()
        agent.name = "A"
        agent.agentType = -1
        request.agent = agent
        request.requestID = "6f1c4b0e-8f0a-4f5c-9d3b-0123456789ab"
        return request
    }

    static var updateAgent: UpdateAgentRequest {
        var request = UpdateAgentRequest()
        var agent = AgentMessage()
        agent.id = -3
        agent.etag = "r7"
        request.agent = agent
        request.updateMask = ["name", "is_public"]
        return request
    }

    static var listAgents: ListAgentsRequest {
        var request = ListAgentsRequest()
        request.pageSize = -1
        request.pageToken = "abc"
        request.filter = #"name : "x""#
        request.orderBy = "name desc"
        request.showDeleted = true
        return request
    }

    static let headers = [Header("authorization", "Bearer t"), Header(key: "x-bin", value: [0, 255])]
}
