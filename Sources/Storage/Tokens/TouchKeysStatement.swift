package import AgentdCore
internal import Postgres

/// Notes that keys were used, of each at most once a minute, so that use costs no write a call.
package struct TouchKeysStatement: PlatformStatement {
    package struct Key: Sendable {
        let tenantID: TenantID
        let id: String

        package init(tenantID: TenantID, id: String) {
            self.tenantID = tenantID
            self.id = id
        }
    }

    private let keys: [Key]

    /// - Parameter keys: In any order. Everybody touches them in the same one, so that nobody waits in a circle.
    package init(_ keys: [Key]) { self.keys = keys.sorted { $0.id < $1.id } }

    package func run(in session: PlatformSession) async throws(ServiceError) {
        try await session.write(Query(keys: keys), repeatable: true)
    }

    private struct Query: Statement {
        static let text = StatementText(
            "touch_keys",
            """
            UPDATE tokens SET last_use_time = now()
            FROM unnest($1, $2) AS used (tenant, key)
            WHERE tokens.tenant_id = used.tenant::uuid AND tokens.id = used.key
                AND (last_use_time IS NULL OR last_use_time < now() - interval '1 minute')
            """, [.textArray, .textArray])
        let keys: [Key]

        var text: StatementText { Self.text }

        func bind(to parameters: inout Parameters) {
            parameters.append(textArray: keys.map { String(describing: $0.tenantID) })
            parameters.append(textArray: keys.map(\.id))
        }

        func decode(_ rows: borrowing Rows) throws(DecodingFailure) {}
    }
}
