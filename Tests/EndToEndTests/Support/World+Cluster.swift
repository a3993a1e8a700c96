import Testing

internal import TestSupport

extension World {
    /// A world on a cluster of its own, which the test may stop: what stands still there holds up no other test.
    static func withOwnCluster(
        settings: [String: String] = [:], _ body: (World, TestCluster) async throws -> Void
    ) async throws {
        try await TestCluster.with { cluster in
            let database = cluster.database
            let migrated = try await Program.run("agentd", ["migrate"], environment: Daemon.environment(database))
            #expect(migrated.code == 0, "\(migrated.log)")
            try await Daemon.with(database, settings: settings) { daemon in
                try await body(try await make(database, daemon), cluster)
            }
        }
    }
}
