internal import AgentdCore
internal import Messages
internal import Storage
internal import Testing

@testable internal import Services

@Suite("The update mask of a tenant")
struct UpdateTenantTests {
    private static func request(
        _ paths: [String]?, _ change: (inout TenantMessage) -> Void = { $0.slug = "new" }
    ) -> UpdateTenantRequest {
        var message = TenantMessage()
        message.id = "\(Callers.tenantB)"
        change(&message)
        var request = UpdateTenantRequest()
        request.tenant = message
        request.updateMask = paths
        return request
    }

    private static func fill(_ message: inout TenantMessage) {
        message.slug = "new"
        message.displayName = "New"
        message.domain = "New.Example"
        message.state = TenantState.suspended.rawValue
        message.features = ["agent_sharing"]
        var limits = TenantLimits()
        limits.maxAgents = 1
        limits.maxUsers = 2
        limits.maxTokens = 3
        limits.requestsPerSecond = 4
        limits.maxInFlight = 5
        message.limits = limits
    }

    private static func refused(_ request: UpdateTenantRequest) -> [String] {
        refusedFields { () throws(ServiceError) in try UpdateTenant.update(of: request) }
    }

    private static let masks: [(paths: [String]?, fields: TenantFields)] = [
        (["slug"], .slug), (["display_name"], .displayName), (["domain"], .domain), (["state"], .state),
        (["features"], .features), (["limits"], .limits), (["limits.max_agents"], .maxAgents),
        (["limits.max_users"], .maxUsers), (["limits.max_tokens"], .maxTokens),
        (["limits.requests_per_second"], .requestsPerSecond), (["limits.max_in_flight"], .maxInFlight),
        (["*"], .all), (["slug", "limits.max_users", "slug"], [.slug, .maxUsers]),
        (["limits.max_users", "limits"], .limits), (nil, .all), ([], .all),
    ]

    @Test("A mask names the fields that change; without one they are those that are populated", arguments: masks)
    func readsMask(_ paths: [String]?, _ fields: TenantFields) throws {
        let update = try UpdateTenant.update(of: Self.request(paths, Self.fill))
        #expect(update.fields == fields && update.tenant.id == Callers.tenantB && update.revision == nil)
    }

    @Test("What is masked is taken, the domain in lower case")
    func content() throws {
        let (tenant, _, _) = try UpdateTenant.update(of: Self.request(["*"], Self.fill))
        #expect(tenant.slug == "new" && tenant.displayName == "New" && tenant.domain == "new.example")
        #expect(tenant.state == .suspended && tenant.features == .agentSharing)
        #expect(tenant.limits.maxAgents == 1 && tenant.limits.maxInFlight == 5)
    }

    @Test("Without a mask one limit changes and the others, which are 0 in the request, stay")
    func oneLimit() throws {
        let request = Self.request(nil) { message in
            var limits = TenantLimits()
            limits.maxTokens = 9
            message.limits = limits
        }
        #expect(try UpdateTenant.update(of: request).fields == .maxTokens)
    }

    @Test("Unknown, nested and read-only paths are refused, each by its place")
    func wrongPaths() {
        let paths = [
            "slug", "slugs", "id", "tenant.slug", "limits.max_cats", "limits.", "etag", "", "create_time",
            "update_time",
            "delete_time", "displayName", "limits.*", "features.agent_sharing", "max_agents",
        ]
        let violations = violations { () throws(ServiceError) in try UpdateTenant.update(of: Self.request(paths)) }
        #expect(violations.map(\.field) == (1..<paths.count).map { "update_mask.paths[\($0)]" })
        #expect(violations[1].description.contains("cannot be changed"))
        #expect(violations[0].description.contains("\"slugs\" is no field"))
    }

    @Test("Only masked fields are validated")
    func onlyMasked() throws {
        let update = try UpdateTenant.update(
            of: Self.request(["limits.max_users"]) { message in
                message.slug = "NOT A SLUG"
                message.domain = "not a domain"
                message.features = ["time_travel"]
                message.state = 77
                var limits = TenantLimits()
                limits.maxAgents = -1
                limits.maxUsers = 3
                message.limits = limits
            })
        #expect(update.fields == .maxUsers && update.tenant.limits.maxUsers == 3)
    }

    @Test("A masked field without a value is emptied where that is allowed, and refused where it is required")
    func emptied() throws {
        let update = try UpdateTenant.update(
            of: Self.request(["display_name", "domain", "features", "limits"]) { _ in })
        #expect(update.tenant.domain.isEmpty && update.tenant.features == [] && update.tenant.limits == TenantLimits())
        #expect(Self.refused(Self.request(["*"]) { _ in }) == ["tenant.slug", "tenant.state"])
    }

    @Test("Everything that is wrong is named at once")
    func allViolations() {
        var request = Self.request(["*"]) { message in
            message.id = "acme"
            message.slug = "-"
            message.displayName = "a\nb"
            message.domain = "a b"
            message.state = 9
            message.features = ["x"]
            var limits = TenantLimits()
            limits.maxUsers = -1
            limits.requestsPerSecond = -1
            message.limits = limits
        }
        request.requestID = "x"
        #expect(
            Self.refused(request) == [
                "tenant.id", "tenant.slug", "tenant.display_name", "tenant.domain", "tenant.state",
                "tenant.features[0]",
                "tenant.limits.max_users", "tenant.limits.requests_per_second", "request_id",
            ])
        #expect(Self.refused(UpdateTenantRequest()) == ["tenant"])
        #expect(Self.refused(Self.request(nil) { _ in }) == ["update_mask"])
    }

    @Test("A state of DELETED names the method that deletes")
    func deletedState() {
        let violations = violations { () throws(ServiceError) in
            try UpdateTenant.update(of: Self.request(nil) { $0.state = TenantState.deleted.rawValue })
        }
        #expect(violations.map(\.field) == ["tenant.state"])
        #expect(violations.first?.description.contains("DeleteTenant") == true)
    }

    @Test("An etag is the revision that the tenant must have")
    func etag() throws {
        let request = Self.request(nil) {
            $0.slug = "new"
            $0.etag = "r7"
        }
        #expect(try UpdateTenant.update(of: request).revision == 7)
    }
}
