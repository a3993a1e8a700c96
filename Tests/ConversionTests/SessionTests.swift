import Testing

internal import Postgres
internal import TestSupport

@testable internal import Storage

/// The settings that a converter has for all batches of a step.
@Suite("The session of a converter", .timeLimit(.minutes(1)))
struct SessionTests {
    private struct Broken: Error {}

    private static func sorting(_ session: Session) throws -> String? {
        try session.connection.rows("SHOW enable_sort").first?.first ?? nil
    }

    @Test("Settings hold as long as the body takes, also when it fails")
    func settings() async throws {
        try await TestDatabase.with(migrated: false) { database in
            let session = try Session(conninfo: database.owner, locking: false)
            let within = try session.with(["enable_sort": "off", "enable_seqscan": "off"]) {
                try Self.sorting(session)
            }
            #expect(within == "off")
            let behind = try Self.sorting(session)
            #expect(behind == "on")
            #expect(throws: Broken.self) {
                try session.with(["enable_sort": "off"]) { throw Broken() }
            }
            let afterwards = try Self.sorting(session)
            #expect(afterwards == "on")
        }
    }

    @Test("When the connection is lost meanwhile, people hear why, and not that settings cannot be reset")
    func lostConnection() async throws {
        try await TestDatabase.with(migrated: false) { database in
            let session = try Session(conninfo: database.owner, locking: false)
            let failure = #expect(throws: ScriptConnection.Failure.self) {
                try session.with(["enable_sort": "off"]) {
                    _ = try session.connection.rows("SELECT pg_terminate_backend(pg_backend_pid())")
                }
            }
            let reason = try #require(failure).description
            #expect(reason.contains("terminating connection due to administrator command"), "\(reason)")
        }
    }
}
