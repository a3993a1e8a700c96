internal import AgentdCore
internal import Postgres

/// The columns of a tenant, in the order in which `tenant(from:)` reads them.
enum TenantColumns {
    static let names = [
        "id", "slug", "display_name", "domain", "state", "features", "max_agents", "max_users", "max_tokens",
        "requests_per_second", "max_in_flight", "create_time", "update_time", "delete_time", "revision",
    ]

    static func list(_ table: String) -> String { names.map { "\(table).\($0)" }.joined(separator: ", ") }

    static func tenant(_ rows: borrowing Rows, _ row: Int, first: Int = 0) throws(DecodingFailure) -> Tenant {
        var tenant = Tenant(id: try rows.tenantID(row, first))
        tenant.slug = try rows.text(row, first + 1)
        tenant.displayName = try rows.text(row, first + 2)
        tenant.domain = try rows.optionalText(row, first + 3) ?? ""
        guard let state = TenantState(databaseName: try rows.text(row, first + 4)) else {
            throw DecodingFailure("the state of a tenant is unknown")
        }
        tenant.state = state
        tenant.features = Features(names: try rows.textArray(row, first + 5))
        tenant.limits.maxAgents = try rows.int8(row, first + 6)
        tenant.limits.maxUsers = try rows.int8(row, first + 7)
        tenant.limits.maxTokens = try rows.int8(row, first + 8)
        tenant.limits.requestsPerSecond = try rows.int4(row, first + 9)
        tenant.limits.maxInFlight = try rows.int4(row, first + 10)
        tenant.createTime = try rows.timestamp(row, first + 11)
        tenant.updateTime = try rows.timestamp(row, first + 12)
        tenant.deleteTime = try rows.optionalTimestamp(row, first + 13)
        tenant.revision = try rows.int8(row, first + 14)
        return tenant
    }
}
