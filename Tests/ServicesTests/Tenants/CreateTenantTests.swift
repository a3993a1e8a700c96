internal import AgentdCore
internal import Messages
internal import Testing

@testable internal import Services

@Suite("The fields of a new tenant")
struct CreateTenantTests {
    private static func request(
        administrator: UserMessage? = nil, _ change: (inout TenantMessage) -> Void = { _ in }
    ) -> CreateTenantRequest {
        var message = TenantMessage()
        message.slug = "acme"
        change(&message)
        var request = CreateTenantRequest()
        request.tenant = message
        request.administrator = administrator
        return request
    }

    private static func refused(_ request: CreateTenantRequest) -> [String] {
        refusedFields { () throws(ServiceError) in try CreateTenant.content(of: request) }
    }

    @Test("Only a slug is required; it is the display name where there is none")
    func defaults() throws {
        let (tenant, administrator) = try CreateTenant.content(of: Self.request())
        #expect(tenant.slug == "acme" && tenant.displayName == "acme" && tenant.domain.isEmpty)
        #expect(tenant.features == [] && tenant.limits == TenantLimits() && administrator == nil)
    }

    @Test("What is given is kept, the domain in lower case")
    func content() throws {
        var user = UserMessage()
        user.email = "ann@example.com"
        user.displayName = "Ann"
        var limits = TenantLimits()
        limits.maxAgents = 10
        let (tenant, administrator) = try CreateTenant.content(
            of: Self.request(administrator: user) {
                $0.displayName = "Acme"
                $0.domain = "Acme.Example"
                $0.features = ["agent_sharing", "custom_agents", "agent_sharing"]
                $0.limits = limits
            })
        #expect(tenant.displayName == "Acme" && tenant.domain == "acme.example" && tenant.limits == limits)
        #expect(tenant.features == [.agentSharing, .customAgents])
        #expect(administrator?.email == "ann@example.com" && administrator?.role == .tenantAdministrator)
    }

    @Test("Everything that is wrong is named at once")
    func allViolations() {
        var user = UserMessage()
        user.email = "nobody"
        user.displayName = "a\nb"
        user.role = Role.systemAdministrator.rawValue
        var limits = TenantLimits()
        limits.maxAgents = -1
        limits.maxInFlight = -2
        var request = Self.request(administrator: user) {
            $0.slug = "Acme"
            $0.displayName = String(repeating: "x", count: 256)
            $0.domain = "not a domain"
            $0.state = TenantState.suspended.rawValue
            $0.features = ["custom_agents", "time_travel", ""]
            $0.limits = limits
        }
        request.requestID = "1"
        #expect(
            Self.refused(request) == [
                "tenant.slug", "tenant.display_name", "tenant.domain", "tenant.features[1]", "tenant.features[2]",
                "tenant.limits.max_agents", "tenant.limits.max_in_flight", "tenant.state", "administrator.email",
                "administrator.display_name", "administrator.role", "request_id",
            ])
    }

    @Test("A request without a tenant says so, and so does an administrator without an email")
    func missing() {
        #expect(Self.refused(CreateTenantRequest()) == ["tenant"])
        #expect(Self.refused(Self.request(administrator: UserMessage())) == ["administrator.email"])
    }
}
