internal import AgentdCore
internal import Messages
internal import Storage
internal import Testing

@testable internal import Services

@Suite("What a tenant may change of itself")
struct UpdateCurrentTenantTests {
    private static func update(
        _ paths: [String]?, _ change: (inout TenantMessage) -> Void = { _ in }
    ) throws(ServiceError) -> (tenant: Tenant, fields: TenantFields, revision: Int64?) {
        var message = TenantMessage()
        change(&message)
        var request = UpdateCurrentTenantRequest()
        request.tenant = message
        request.updateMask = paths
        return try UpdateCurrentTenant.update(of: request, tenantID: Callers.tenantA)
    }

    @Test("Display name and domain, by mask or as they are populated; all else of the request is not looked at")
    func fields() throws {
        for paths in [nil, ["*"], ["display_name", "domain"]] {
            let (tenant, fields, _) = try Self.update(paths) {
                $0.id = "another"
                $0.slug = "another"
                $0.state = TenantState.suspended.rawValue
                $0.displayName = "New"
                $0.domain = "New.Example"
            }
            #expect(fields == [.displayName, .domain] && tenant.id == Callers.tenantA)
            #expect(tenant.displayName == "New" && tenant.domain == "new.example")
            #expect(tenant.slug.isEmpty && tenant.state == .active)
        }
        #expect(try Self.update(["domain"]).fields == .domain)
    }

    @Test(
        "What belongs to system administrators is refused by its path",
        arguments: ["slug", "state", "features", "limits", "limits.max_agents", "id", "etag", "settings"])
    func notItsOwn(path: String) {
        let fields = refusedFields { () throws(ServiceError) in try Self.update([path]) }
        #expect(fields == ["update_mask.paths[0]"])
    }

    @Test("An update that would change nothing is refused, and so is one without a tenant")
    func nothing() {
        #expect(refusedFields { () throws(ServiceError) in try Self.update(nil) { $0.slug = "x" } } == ["update_mask"])
        let fields = refusedFields { () throws(ServiceError) in
            try UpdateCurrentTenant.update(of: UpdateCurrentTenantRequest(), tenantID: Callers.tenantA)
        }
        #expect(fields == ["tenant"])
    }
}
