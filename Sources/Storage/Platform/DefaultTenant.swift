internal import Postgres

/// The tenant of `DEFAULT_TENANT_SLUG`, which agentd makes by itself where there is none.
enum DefaultTenant {
    struct Found {
        let id: String
        /// Of `TenantState`.
        let state: String
    }

    /// Makes it, with an audit row, in the transaction of the connection.
    /// - Returns: Its id; nil when a tenant that is not deleted has the slug.
    static func create(
        _ connection: borrowing ScriptConnection, slug: String, action: String
    ) throws(ScriptConnection.Failure) -> String? {
        let created = try connection.rows(
            """
            INSERT INTO tenants AS t (slug, display_name) VALUES ($1, $1)
            ON CONFLICT (slug) WHERE state <> 'deleted' DO NOTHING
            RETURNING id, changed_fields('{}', json_strip_nulls(row_to_json(t)))
            """, [slug])
        guard let row = created.first, let id = row[0] else { return nil }
        try OperatorAudit.record(
            connection, action: action, tenantID: id, objectType: "tenant", objectID: id, changes: row[1])
        return id
    }

    /// The tenant that has the slug, or else the one deleted last of those that had it.
    static func find(
        _ connection: borrowing ScriptConnection, slug: String
    ) throws(ScriptConnection.Failure) -> Found? {
        let found = try connection.rows(
            """
            SELECT id, state FROM tenants WHERE slug = $1 ORDER BY (state = 'deleted'), delete_time DESC LIMIT 1
            """, [slug])
        guard let row = found.first, let id = row[0], let state = row[1] else { return nil }
        return Found(id: id, state: state)
    }
}
