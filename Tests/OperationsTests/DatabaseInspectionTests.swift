internal import Storage
internal import TestSupport
internal import Testing

@testable internal import Operations

@Suite("The inspection of a database", .timeLimit(.minutes(2)))
struct DatabaseInspectionTests {
    private static func inspect(
        _ database: TestDatabase, _ depth: IsolationProof.Depth, rowLevelSecurity: Bool = true
    ) throws -> DatabaseInspection.Finding {
        try DatabaseInspection(
            applicationConninfo: database.application, platformConninfo: database.platform,
            rowLevelSecurity: rowLevelSecurity
        ).run(depth)
    }

    @Test("A database as agentd makes it is as at the start", arguments: [IsolationProof.Depth.catalogue, .full])
    func asMade(depth: IsolationProof.Depth) async throws {
        try await TestDatabase.with { database in
            let finding = try Self.inspect(database, depth)
            #expect(finding == .asAtStart(warnings: []))
        }
    }

    @Test(
        "What was changed by hand is found in the catalogue alone",
        arguments: [
            "ALTER TABLE agents NO FORCE ROW LEVEL SECURITY", "ALTER TABLE agents DISABLE ROW LEVEL SECURITY",
            "DROP POLICY tenant_isolation_agents ON agents", "CREATE POLICY open ON agents USING (true)",
        ])
    func changed(script: String) async throws {
        try await TestDatabase.with { database in
            try database.execute(script)
            guard case .notIsolated(let reason) = try Self.inspect(database, .catalogue) else {
                Issue.record("it was not found")
                return
            }
            #expect(reason.contains("agents"))
        }
    }

    @Test("A migration that is gone is found")
    func olderSchema() async throws {
        try await TestDatabase.with { database in
            try database.execute("DELETE FROM schema_migrations WHERE version = 3")
            guard case .otherSchema(let reason) = try Self.inspect(database, .catalogue) else {
                Issue.record("it was not found")
                return
            }
            #expect(reason.contains("migration 3 (management)") && reason.contains("agentd migrate"))
        }
    }

    @Test("A migration of a newer version is a warning: replicas are replaced one by one")
    func newerSchema() async throws {
        try await TestDatabase.with { database in
            try database.execute(
                "INSERT INTO schema_migrations (version, name, checksum) VALUES (9999, 'future', 'x')")
            guard case .asAtStart(let warnings) = try Self.inspect(database, .catalogue) else {
                Issue.record("it is not served")
                return
            }
            #expect(warnings.count == 1 && warnings.first?.contains("9999") == true)
        }
    }

    @Test("A database that cannot be asked is no finding")
    func unreachable() async throws {
        try await TestDatabase.with { database in
            let nowhere = DatabaseInspection(
                applicationConninfo: "host=/nonexistent", platformConninfo: database.platform, rowLevelSecurity: true)
            let failure = #expect(throws: Migrator.Failure.self) { try nowhere.run(.catalogue) }
            #expect(failure?.description.contains("/nonexistent") == true)
        }
    }
}
