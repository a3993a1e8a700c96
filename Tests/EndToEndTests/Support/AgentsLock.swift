internal import Postgres
internal import TestSupport

/// Keeps everybody else from the table `agents` until it is released, so that calls which need it stay in flight.
final class AgentsLock {
    private let database: TestDatabase
    private let connection: ScriptConnection

    init(_ database: TestDatabase) throws {
        self.database = database
        connection = try ScriptConnection(conninfo: database.owner, applicationName: "lock")
        try connection.execute("BEGIN; LOCK TABLE agents IN ACCESS EXCLUSIVE MODE")
    }

    /// Waits until so many connections of the daemon wait for the table.
    func waitForBlocked(_ count: Int) async throws {
        let sql = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'agents'::regclass"
        try await waitUntil { try database.rows(sql) == [["\(count)"]] }
    }

    func release() throws { try connection.execute("ROLLBACK") }
}
