import Testing

internal import Postgres
internal import TestSupport

/// Which columns of a tenant each role of the daemon may change.
@Suite("Who may change what of a tenant", .timeLimit(.minutes(2)))
struct TenantRightsTests {
    private static let own = ["display_name", "domain", "settings"]
    private static let managed = [
        "slug", "display_name", "domain", "state", "features", "max_agents", "max_users", "max_tokens",
        "requests_per_second", "max_in_flight", "delete_time", "was_suspended",
    ]
    private static let columns = managed + ["settings", "id", "create_time", "update_time", "revision"]

    @Test("agentd_app changes display name, domain and settings of the tenant of its transaction, and nothing else")
    func application() async throws {
        try await TwoTenants.with { tenants in
            for column in Self.columns {
                let sql = "UPDATE tenants SET \(column) = \(column) RETURNING id"
                if Self.own.contains(column) {
                    let changed = try tenants.database.rows(tenant: tenants.acme.id, sql)
                    #expect(changed == [[tenants.acme.id]], "\(column)")
                    #expect(try tenants.database.rows(tenant: nil, sql) == [])
                } else {
                    expectRefusal("42501") { _ = try tenants.database.rows(tenant: tenants.acme.id, sql) }
                }
            }
        }
    }

    @Test("agentd_platform changes what system administrators may, and no settings")
    func platform() async throws {
        try await TwoTenants.with { tenants in
            for column in Self.columns {
                let sql = "UPDATE tenants SET \(column) = \(column) RETURNING id"
                if Self.managed.contains(column) {
                    let changed = try tenants.database.rows(as: "agentd_platform", tenant: nil, sql)
                    #expect(changed.count == 2, "\(column)")
                } else {
                    expectRefusal("42501") {
                        _ = try tenants.database.rows(as: "agentd_platform", tenant: nil, sql)
                    }
                }
            }
        }
    }
}
