internal import Postgres

/// The policies of each tenant table: the one that isolates it, and no other than those that are known.
enum PolicyChecks {
    static func run(
        _ connection: borrowing ScriptConnection, tables: [String]
    ) throws(ScriptConnection.Failure) -> [IsolationProof.Check] {
        let found = try policies(connection)
        return tables.map { table in check(table, found.filter { $0.table == table }) }
    }

    private static func policies(
        _ connection: borrowing ScriptConnection
    ) throws(ScriptConnection.Failure) -> [IsolationPolicy] {
        try connection.rows(
            """
            SELECT p.tablename, p.policyname, p.permissive, p.cmd, p.roles::text, p.qual, p.with_check
            FROM pg_policies AS p WHERE p.schemaname = 'public' ORDER BY 1, 2
            """
        ).map { row in
            IsolationPolicy(
                table: row[0] ?? "", name: row[1] ?? "", isPermissive: row[2] == "PERMISSIVE", command: row[3] ?? "",
                roles: row[4] ?? "", using: row[5], check: row[6])
        }
    }

    private static func check(_ table: String, _ found: [IsolationPolicy]) -> IsolationProof.Check {
        let own = IsolationPolicy.isolation(of: table)
        let known = IsolationPolicy.additions(to: table)
        let strangers = found.filter { $0.name != own.name && !known.contains($0) }
        var findings: [String] = []
        var remedies: [String] = []
        if !found.contains(own) {
            findings.append("\(own.name) is missing or changed")
            remedies.append(own.restoration)
        }
        if !strangers.isEmpty {
            findings.append("other policies add to it: \(strangers.map(\.name).joined(separator: ", "))")
            remedies += strangers.map { stranger in
                known.first { $0.name == stranger.name }?.restoration ?? stranger.removal()
            }
        }
        return .check(
            "isolation policy", on: table, findings.isEmpty, holds: "only \(own.name) and the platform's own",
            fails: findings.joined(separator: "; "), remedy: remedies.joined(separator: " "))
    }
}
