internal import Postgres

/// What a conversion did.
package struct ConversionReport: Sendable {
    package struct Side: Sendable {
        package let rows: String
        /// The sum of the hashes of what stays byte for byte: of agents the id, owner, visibility and prompt; of users
        /// the id and name.
        package let checksum: String
    }

    package struct Table: Sendable {
        package let name: String
        package let before: Side
        package let after: Side
        package var isEqual: Bool { before.rows == after.rows && before.checksum == after.checksum }
    }

    package struct Tenant: Sendable {
        package let slug: String
        package let users: String
        package let agents: String
    }

    package let tables: [Table]
    /// What in the data was not taken as it is, when both sides were compared: by the same rules as the plan says it.
    package let findings: [ConversionPlan.Finding]
    package let tenants: [Tenant]

    init(_ session: Session, _ context: ConversionContext) throws {
        let figures = try ProgressTable.figures(session.connection)
        tables = ["users", "agents"].map { name in
            Table(
                name: name,
                before: Side(
                    rows: figures["\(name) before"] ?? "0", checksum: figures["\(name) checksum before"] ?? "0"),
                after: Side(rows: figures["\(name) after"] ?? "0", checksum: figures["\(name) checksum after"] ?? "0"))
        }
        findings = try ProgressTable.findings(session.connection)
        tenants = try Self.tenants(session)
    }

    /// Such as `1 user` and `2 users`.
    package static func counted(_ count: String, _ noun: String) -> String {
        "\(count) \(noun)\(count == "1" ? "" : "s")"
    }

    private static func tenants(_ session: Session) throws -> [Tenant] {
        let known = try session.connection.rows("SELECT id, slug FROM agentd_conversion.tenants ORDER BY slug")
        return try known.map { row in
            // As the owner of the tables, who sees what this tenant sees.
            let counts = try session.transaction(
                """
                SET LOCAL ROLE agentd_owner;
                SET LOCAL app.current_tenant_id = \(SQLText.literal(row[0] ?? ""));
                """
            ) { connection in
                try connection.rows(
                    """
                    SELECT (SELECT count(*) FROM public.users WHERE tenant_id = $1 AND delete_time IS NULL),
                        (SELECT count(*) FROM public.agents WHERE tenant_id = $1 AND is_active)
                    """, [row[0]])
            }
            return Tenant(slug: row[1] ?? "", users: counts.first?[0] ?? "0", agents: counts.first?[1] ?? "0")
        }
    }
}
