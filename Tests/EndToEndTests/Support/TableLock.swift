internal import Postgres
internal import TestSupport

/// Keeps everybody else from a table until it is released, so that what needs it stays in flight.
final class TableLock {
    private let database: TestDatabase
    private let table: String
    private let connection: ScriptConnection

    init(_ database: TestDatabase, table: String = "agents") throws {
        self.database = database
        self.table = table
        connection = try ScriptConnection(conninfo: database.owner, applicationName: "lock")
        try connection.execute("BEGIN; LOCK TABLE \(table) IN ACCESS EXCLUSIVE MODE")
    }

    /// Waits until so many connections of the daemon or more wait for the table, each for so long that the daemon takes
    /// it for slow and sends nothing further over it while it has others; with 0, until none does.
    func waitForBlocked(_ count: Int) async throws {
        let sql = """
            SELECT CASE $2::int WHEN 0 THEN count(*) = 0
                ELSE count(*) FILTER (WHERE waitstart < clock_timestamp() - interval '10 ms') >= $2::int END
            FROM pg_locks WHERE NOT granted AND relation = $1::regclass
            """
        try await waitUntil { try database.rows(sql, [table, "\(count)"]) == [["t"]] }
    }

    func release() throws { try connection.execute("ROLLBACK") }
}
