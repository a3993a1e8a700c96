internal import Glibc
internal import Postgres

/// The switch `ENABLE_ROW_LEVEL_SECURITY` in the database. Migrations always switch row-level security on; the policies
/// stay in either state, so that switching it on again is all there is to it.
extension Migrator {
    /// The switch needs every table for itself, for a moment. It gives up its place in the queues for them sooner than
    /// PostgreSQL looks for deadlocks (1 s), so that no call of a running daemon is ever the one to be ended.
    private static let lockMilliseconds = 500
    /// How often it tries on a busy database, with pauses in between, in which the calls that waited for it are served.
    private static let attempts = 20
    private static let pauseMilliseconds = 100...500

    /// Brings every tenant table to row-level security enabled and forced, or to neither; all of those that differ, or
    /// none. To be called when the migrations are applied. Blocks its thread.
    /// - Returns: The tables that were changed.
    package func setRowLevelSecurity(_ isOn: Bool) throws(Failure) -> [String] {
        do {
            let connection = try connect()
            var failures = 0
            while true {
                do {
                    return try Self.set(isOn, connection)
                } catch let error as ScriptConnection.Failure where Self.isTransient(error) {
                    try connection.execute("ROLLBACK")
                    failures += 1
                    guard failures < Self.attempts else { throw Self.busy(isOn) }
                    usleep(UInt32(Int.random(in: Self.pauseMilliseconds) * 1_000))
                }
            }
        } catch let error as ScriptConnection.Failure {
            throw Failure(description: Self.explain(error))
        } catch let error as Failure {
            throw error
        } catch {
            throw Failure(description: "\(error)")
        }
    }

    private static func set(_ isOn: Bool, _ connection: borrowing ScriptConnection) throws -> [String] {
        let differing = try IsolationCatalog.tenantTables(connection).filter { !$0.agrees(rowLevelSecurity: isOn) }
        guard !differing.isEmpty else { return [] }
        let foreign = differing.filter { $0.owner != "agentd_owner" }
        guard foreign.isEmpty else {
            let names = foreign.map(\.name).joined(separator: ", ")
            throw Failure(
                description:
                    "Row-level security cannot be switched \(isOn ? "on" : "off") on \(names), which agentd_owner "
                    + "does not own. Give it to agentd_owner: "
                    + foreign.map { "ALTER TABLE \(SQLText.name($0.name)) OWNER TO agentd_owner;" }
                    .joined(separator: " "))
        }
        let names = differing.map(\.name)
        try connection.execute(
            "BEGIN; SET LOCAL ROLE agentd_owner; SET LOCAL search_path = public; "
                + "SET LOCAL statement_timeout = \(lockMilliseconds)")
        // One statement, so that the time holds for all of the locks together.
        try connection.execute("LOCK TABLE \(names.map(SQLText.name).joined(separator: ", "))")
        try connection.execute(
            names.map { IsolationCatalog.alteration(of: $0, rowLevelSecurity: isOn) }.joined(separator: "\n"))
        try connection.execute("COMMIT")
        return names
    }

    /// Somebody else had a table, or wanted one that the switch had.
    private static func isTransient(_ error: ScriptConnection.Failure) -> Bool {
        switch error.sqlState {
        // query_canceled by statement_timeout, lock_not_available by a server's own lock_timeout, deadlock_detected.
        case "57014", "55P03", "40P01": true
        default: false
        }
    }

    private static func busy(_ isOn: Bool) -> Failure {
        Failure(
            description:
                "Row-level security could not be switched \(isOn ? "on" : "off"): the tables were in use at each "
                + "of \(attempts) attempts. End long transactions on them, such as a backup, and run it again.")
    }
}
