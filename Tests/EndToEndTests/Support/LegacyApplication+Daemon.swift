import Testing

internal import TestSupport

extension LegacyApplication {
    /// Of every command on this database.
    var environment: [String: String] { Daemon.environment(database) }

    /// The proof of isolation passes.
    func conversionIsIsolated() async throws {
        let exit = try await Program.run("agentd", ["verify-isolation"], environment: environment)
        #expect(exit.code == 0, "\(exit.output)")
    }
}
