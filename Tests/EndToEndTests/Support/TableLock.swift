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

    /// Waits until so many connections of the daemon wait for the table.
    func waitForBlocked(_ count: Int) async throws {
        let sql = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = $1::regclass"
        try await waitUntil { try database.rows(sql, [table]) == [["\(count)"]] }
    }

    func release() throws { try connection.execute("ROLLBACK") }
}
