internal import Postgres

/// What a role must be allowed: a daemon without it would start and then fail in single calls.
enum PrivilegeChecks {
    static func run(
        _ connection: borrowing ScriptConnection, of holder: RequiredPrivilege.Holder
    ) throws -> [IsolationProof.Check] {
        let role = try IsolationCatalog.role(connection)
        let quoted = SQLText.name(role)
        var lacking: [RequiredPrivilege] = []
        for required in RequiredPrivilege.all(of: holder) where try lacks(connection, required) {
            lacking.append(required)
        }
        return [
            .check(
                "privileges", on: role, lacking.isEmpty, holds: "may do what the daemon needs",
                fails: "lacks \(lacking.map(\.grant).joined(separator: "; "))",
                remedy: lacking.map { "GRANT \($0.grant) TO \(quoted);" }.joined(separator: " "))
        ]
    }

    /// A table or a column that is not there yet is the affair of migrations.
    private static func lacks(
        _ connection: borrowing ScriptConnection, _ required: RequiredPrivilege
    ) throws(ScriptConnection.Failure) -> Bool {
        try connection.rows(
            """
            SELECT CASE
                WHEN cardinality($3::text[]) = 0 THEN has_table_privilege(c.oid, $2)
                ELSE (
                    SELECT bool_and(has_column_privilege(c.oid, a.attnum, $2)) FROM pg_attribute AS a
                    WHERE a.attrelid = c.oid AND a.attname = ANY ($3::text[]))
            END
            FROM pg_class AS c WHERE c.oid = to_regclass('public.' || $1)
            """, [required.table, required.privilege, "{\(required.columns.joined(separator: ","))}"]
        ).first?.first == "f"
    }
}
