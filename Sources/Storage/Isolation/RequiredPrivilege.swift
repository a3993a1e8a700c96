/// What a role must be allowed so that the daemon can work, as migrations grant it. A grant gets lost where a table
/// changes its owner to the role and back.
struct RequiredPrivilege {
    /// Which of the daemon's roles.
    enum Holder {
        case application
        case platform
    }

    /// Such as `INSERT`.
    let privilege: String
    let table: String
    /// For some columns alone; empty for all.
    let columns: [String]

    static func all(of holder: Holder) -> [RequiredPrivilege] {
        switch holder {
        case .application: application
        case .platform: platform
        }
    }

    private static let counted = ["agent_counts", "agent_count_deltas", "tenant_calls"]

    private static let application =
        on(
            ["tenants", "users", "agents", "tokens", "audit_events", "request_ids", "isolation_canary"] + counted,
            "SELECT")
        + on(
            ["users", "agents", "tokens", "audit_events", "request_ids", "isolation_canary", "agent_count_deltas"],
            "INSERT")
        + [
            update("tenants", ["display_name", "domain", "settings"]),
            update("users", ["display_name", "role", "is_active", "delete_time"]),
            update(
                "agents",
                [
                    "name", "description", "agent_type", "status", "system_prompt", "config", "is_public", "is_active",
                    "delete_time",
                ]), update("tokens", ["revoke_time"]),
        ]

    private static let platform =
        on(["tenants", "users", "tokens", "audit_events", "request_ids", "platform_keys"] + counted, "SELECT")
        + on(["tenants", "users", "tokens", "audit_events", "request_ids"] + counted, "INSERT")
        + on(["request_ids"] + counted, "DELETE") + on(counted, "UPDATE")
        + [
            update(
                "tenants",
                [
                    "slug", "display_name", "domain", "state", "features", "max_agents", "max_users", "max_tokens",
                    "requests_per_second", "max_in_flight", "delete_time", "was_suspended",
                ]), update("tokens", ["last_use_time"]),
        ]

    private static func on(_ tables: [String], _ privilege: String) -> [RequiredPrivilege] {
        tables.map { RequiredPrivilege(privilege: privilege, table: $0, columns: []) }
    }

    private static func update(_ table: String, _ columns: [String]) -> RequiredPrivilege {
        RequiredPrivilege(privilege: "UPDATE", table: table, columns: columns)
    }

    /// Such as `UPDATE (revoke_time) ON tokens`.
    var grant: String {
        let list = columns.isEmpty ? "" : " (\(columns.joined(separator: ", ")))"
        return "\(privilege)\(list) ON \(table)"
    }
}
