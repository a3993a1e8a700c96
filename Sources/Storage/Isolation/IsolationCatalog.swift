internal import Postgres

/// Which tables hold rows of tenants: all that have a `tenant_id`, and `tenants` itself. Found in the catalogue, so
/// that a table added later cannot be forgotten here.
enum IsolationCatalog {
    struct TenantTable {
        let name: String
        let owner: String
        /// Row-level security is switched on, and forced on the owner of the table too.
        let isSecured: Bool
        /// It is neither.
        let isOpen: Bool

        /// Whether it is as it should be; what is half done never is.
        func agrees(rowLevelSecurity isOn: Bool) -> Bool { isOn ? isSecured : isOpen }
    }

    static func tenantTables(
        _ connection: borrowing ScriptConnection
    ) throws(ScriptConnection.Failure) -> [TenantTable] {
        try connection.rows(
            """
            SELECT c.relname, pg_get_userbyid(c.relowner), c.relrowsecurity AND c.relforcerowsecurity,
                NOT (c.relrowsecurity OR c.relforcerowsecurity)
            FROM pg_class AS c
            WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
                AND (c.relname = 'tenants' OR EXISTS (
                    SELECT FROM pg_attribute AS a
                    WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped))
            ORDER BY c.relname
            """
        ).map { row in
            TenantTable(name: row[0] ?? "", owner: row[1] ?? "", isSecured: row[2] == "t", isOpen: row[3] == "t")
        }
    }

    /// The role that the connection has.
    static func role(_ connection: borrowing ScriptConnection) throws(ScriptConnection.Failure) -> String {
        try connection.rows("SELECT current_user").first?.first?.map(\.self) ?? ""
    }

    /// What brings a table to a state of row-level security.
    static func alteration(of table: String, rowLevelSecurity isOn: Bool) -> String {
        let actions = isOn ? "ENABLE ROW LEVEL SECURITY, FORCE" : "DISABLE ROW LEVEL SECURITY, NO FORCE"
        return "ALTER TABLE \(SQLText.name(table)) \(actions) ROW LEVEL SECURITY;"
    }
}
