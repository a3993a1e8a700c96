internal import Postgres

/// What each tenant table must have: row-level security as it is to be, and keys that start with the tenant.
enum TableChecks {
    static func security(
        _ tables: [IsolationCatalog.TenantTable], rowLevelSecurity isOn: Bool
    ) -> [IsolationProof.Check] {
        tables.map { table in
            .check(
                "row-level security", on: table.name, table.agrees(rowLevelSecurity: isOn),
                holds: isOn ? "is enabled and forced" : "is off, as ENABLE_ROW_LEVEL_SECURITY says",
                fails: isOn ? "is not enabled and forced" : "is not off, although ENABLE_ROW_LEVEL_SECURITY is false",
                remedy: IsolationCatalog.alteration(of: table.name, rowLevelSecurity: isOn))
        }
    }

    /// A key that does not start with the tenant would tell one tenant about another's rows.
    static func keys(
        _ connection: borrowing ScriptConnection, tables: [String]
    ) throws -> [IsolationProof.Check] {
        let wrong = try connection.rows(
            """
            SELECT c.relname, i.indexrelid::regclass::text FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indrelid
                LEFT JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
            WHERE c.relnamespace = 'public'::regnamespace AND i.indisunique AND c.relname <> 'tenants'
                -- One that starts with an expression starts with no column.
                AND a.attname IS DISTINCT FROM 'tenant_id' AND EXISTS (
                    SELECT FROM pg_attribute AS t WHERE t.attrelid = c.oid AND t.attname = 'tenant_id')
            """)
        // Slugs and domains are unique over all tenants, which is what they are for.
        return tables.filter { $0 != "tenants" }.map { table in
            let names = wrong.filter { $0[0] == table }.compactMap { $0[1] }
            return .check(
                "keys", on: table, names.isEmpty, holds: "every unique key starts with the tenant",
                fails: "unique keys that do not start with tenant_id: \(names.joined(separator: ", "))",
                remedy: "Rebuild them with tenant_id as the first column.")
        }
    }
}
