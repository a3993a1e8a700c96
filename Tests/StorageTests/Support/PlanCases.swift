internal import AgentdCore
internal import Storage

/// What the daemon asks of the database, for a caller of a tenant of `ManyRows`.
struct PlanCases {
    let caller: Caller

    private let number: Int64

    /// - Parameter number: Of a user and an agent.
    init(tenant: TenantID, number: Int64) {
        self.number = number
        caller = Caller(
            principal: Principal(
                tenant: TenantProfile(id: tenant), userID: number, role: .systemAdministrator,
                userIsActive: true, tokenID: "test"))
    }

    var all: [PlanCase] { Self.lists + agents + users + tokens + ownTenant + tenants + identity + chores }

    private let change = ChangeContext(requestID: nil, payloadDigest: [UInt8](repeating: 0, count: 32))
    private var tenant: TenantID { caller.tenantID }
    private var platformChange: PlatformChange {
        PlatformChange(change: change, principal: caller.principal, callID: "test")
    }

    /// What the first answer to the same request id is found by.
    private static let prior = "request_ids_pkey"

    private var agents: [PlanCase] {
        var agent = Agent(tenantID: tenant)
        agent.id = number
        agent.name = "agent"
        agent.config = "{}"
        let texts = [10: "'research'", 11: "'draft'"]
        return [
            PlanCase("get an agent", GetAgentStatement(id: number), ["agents_pkey"]),
            PlanCase(
                "get some agents", BatchGetAgentsStatement(ids: [number]), ["agents_pkey"],
                arguments: [2: "'{100007,100008,100009}'"]),
            PlanCase(
                "create an agent", CreateAgentStatement(change: change, agent: agent),
                [Self.prior, "tenants_pkey"], arguments: texts),
            PlanCase(
                "create an agent where their number is limited", CreateAgentStatement(change: change, agent: agent),
                [Self.prior, "tenants_pkey", "agent_counts_pkey", "agent_count_deltas_pkey"], arguments: texts,
                isLimited: true),
            PlanCase(
                "update an agent",
                UpdateAgentStatement(change: change, agent: agent, fields: .all, revision: nil),
                [Self.prior, "agents_pkey"], arguments: [13: "'research'", 14: "'draft'"]),
            PlanCase(
                "delete an agent", DeleteAgentStatement(change: change, id: number, revision: nil),
                [Self.prior, "agents_pkey"]),
            PlanCase(
                "undelete an agent", UndeleteAgentStatement(change: change, id: number, revision: nil),
                [Self.prior, "agents_pkey", "agent_counts_pkey", "agent_count_deltas_pkey"]),
        ]
    }

    private var users: [PlanCase] {
        var user = User(tenantID: tenant)
        user.id = number
        user.email = "new@example.com"
        return [
            PlanCase("get a user", GetUserStatement(id: number), ["users_pkey"]),
            PlanCase("who am I", WhoAmIStatement(), ["users_pkey", "tenants_pkey"]),
            PlanCase(
                "create a user", CreateUserStatement(change: change, user: user), [Self.prior, "tenants_pkey"],
                arguments: [10: "'member'"]),
            PlanCase(
                "update a user", UpdateUserStatement(change: change, user: user, fields: .all, revision: nil),
                [Self.prior, "users_pkey"], arguments: [12: "'member'"]),
            PlanCase(
                "delete a user", DeleteUserStatement(change: change, id: number, revision: nil),
                [Self.prior, "users_pkey"]),
        ]
    }

    private var tokens: [PlanCase] {
        var token = Token(tenantID: tenant)
        token.id = "new"
        token.userID = number
        return [
            PlanCase(
                "issue a token",
                IssueTokenStatement(
                    change: change, token: token, secretDigest: [UInt8](repeating: 0, count: 32), sealedSecret: []),
                [Self.prior, "users_pkey", "tenants_pkey"]),
            PlanCase(
                "revoke a token", RevokeTokenStatement(change: change, id: "new"),
                [Self.prior, "users_pkey"]),
        ]
    }

    private var ownTenant: [PlanCase] {
        [
            PlanCase("the tenant itself", GetCurrentTenantStatement(), ["tenants_pkey"]),
            PlanCase("its settings", GetTenantSettingsStatement(), ["tenants_pkey"]),
            PlanCase(
                "update the tenant itself",
                UpdateCurrentTenantStatement(
                    change: change, tenant: Tenant(id: tenant), fields: .displayName, revision: nil),
                [Self.prior, "tenants_pkey"]),
            PlanCase(
                "update its settings", UpdateTenantSettingsStatement(change: change, texts: [:], revision: nil),
                [Self.prior, "tenants_pkey"]),
            PlanCase(
                "its statistics", TenantStatsStatement(includesBreakdowns: false),
                ["agent_counts_pkey", "agent_count_deltas_pkey", "tenant_calls_pkey"], sorts: true),
            PlanCase(
                "its statistics with breakdowns", TenantStatsStatement(includesBreakdowns: true),
                ["agent_counts_pkey", "agent_count_deltas_pkey", "tenant_calls_pkey"], sorts: true),
            PlanCase("keep a refusal", RecordRefusalStatement(action: "Test"), []),
        ]
    }

    private var tenants: [PlanCase] {
        var new = Tenant(id: tenant)
        new.slug = "new"
        return [
            PlanCase(
                platform: "create a tenant",
                CreateTenantStatement(change: platformChange, tenant: new, administrator: nil), [Self.prior]),
            PlanCase(
                platform: "update a tenant",
                UpdateTenantStatement(
                    change: platformChange, tenant: Tenant(id: tenant), fields: .displayName, revision: nil),
                [Self.prior, "tenants_pkey"]),
            PlanCase(
                platform: "delete a tenant",
                DeleteTenantStatement(change: platformChange, id: TenantID(.random()), revision: nil),
                [Self.prior, "tenants_pkey"]),
            PlanCase(
                platform: "undelete a tenant",
                UndeleteTenantStatement(change: platformChange, id: TenantID(.random()), revision: nil),
                [Self.prior, "tenants_pkey"]),
            PlanCase(platform: "find a tenant", FindTenantStatement(.id(tenant)), ["tenants_pkey"]),
            PlanCase(platform: "find a tenant by slug", FindTenantStatement(.slug("t7")), ["tenants_slug_key"]),
            PlanCase(
                platform: "find a tenant by domain", FindTenantStatement(.domain("t7.example")),
                ["tenants_domain_key"]),
        ]
    }

    private var identity: [PlanCase] {
        [
            PlanCase(
                platform: "find a key", FindKeyStatement(keyID: "test"),
                ["tokens_id_idx", "users_pkey", "tenants_pkey"]),
            PlanCase(
                platform: "find a principal",
                FindUserPrincipalStatement(tenantID: tenant, userID: number),
                ["users_pkey", "tenants_pkey"]),
            PlanCase(platform: "touch keys", TouchKeysStatement([.init(tenantID: tenant, id: "test")]), []),
            PlanCase(platform: "select a tenant", FindTenantProfileStatement(.id(tenant)), ["tenants_pkey"]),
            PlanCase(
                platform: "select a tenant by slug", FindTenantProfileStatement(.slug("t7")), ["tenants_slug_id_idx"],
                sorts: true),
        ]
    }

    /// What happens now and then, for all tenants.
    private var chores: [PlanCase] {
        [
            PlanCase(
                platform: "purge request ids", PurgeRequestIDsStatement(),
                ["request_ids_time_idx"], whole: ["request_ids"]),
            PlanCase(
                platform: "purge counts of calls", PurgeTenantCallsStatement(),
                ["tenant_calls_time_idx", "tenant_calls_pkey"]),
            PlanCase(platform: "purge audit events", PurgeAuditEventsStatement(), []),
            PlanCase(
                platform: "compact counts", CompactAgentCountsStatement(startPage: 0),
                ["agent_counts_pkey"], whole: ["agent_count_deltas"], sorts: true),
            PlanCase(
                platform: "add calls", AddTenantCallsStatement([tenant: TenantStats.Calls()]), ["tenants_pkey"],
                sorts: true),
        ]
    }
}
