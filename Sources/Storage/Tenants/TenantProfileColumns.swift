internal import AgentdCore
internal import Postgres

/// The columns of a tenant that every call of it needs to know, in the order in which `profile(from:)` reads them.
enum TenantProfileColumns {
    static let count = 10

    static func list(_ table: String) -> String {
        let names = [
            "id", "slug", "state", "features", "max_agents", "max_users", "max_tokens", "requests_per_second",
            "max_in_flight",
        ]
        return names.map { "\(table).\($0)" }.joined(separator: ", ") + ", "
            + "ARRAY(SELECT key || '=' || value FROM jsonb_each_text(\(table).settings))"
    }

    static func profile(_ rows: borrowing Rows, _ row: Int, first: Int = 0) throws(DecodingFailure) -> TenantProfile {
        guard let state = TenantState(databaseName: try rows.text(row, first + 2)) else {
            throw DecodingFailure("the state of a tenant is unknown")
        }
        var limits = TenantLimits()
        limits.maxAgents = try rows.int8(row, first + 4)
        limits.maxUsers = try rows.int8(row, first + 5)
        limits.maxTokens = try rows.int8(row, first + 6)
        limits.requestsPerSecond = try rows.int4(row, first + 7)
        limits.maxInFlight = try rows.int4(row, first + 8)
        return TenantProfile(
            id: try rows.tenantID(row, first), slug: try rows.text(row, first + 1), state: state,
            features: Features(names: try rows.textArray(row, first + 3)), limits: limits,
            settings: settings(try rows.textArray(row, first + 9)))
    }

    private static func settings(_ texts: [String]) -> TenantSettings {
        guard !texts.isEmpty else { return TenantSettings() }
        return TenantSettings(
            stored: texts.reduce(into: [:]) { stored, text in
                let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                if parts.count == 2 { stored[String(parts[0])] = String(parts[1]) }
            })
    }
}
