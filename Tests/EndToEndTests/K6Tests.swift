import Testing

internal import Foundation
internal import TestSupport

/// k6, a load generator whose gRPC client is that of Go.
@Suite("k6", .timeLimit(.minutes(2)))
struct K6Tests {
    /// How it learns what methods there are.
    enum Schemas: String, CaseIterable {
        case files
        case reflection
    }

    @Test("Its script runs through with every check passed", arguments: Schemas.allCases)
    func script(_ schemas: Schemas) async throws {
        try await World.with { world in
            let binaries = URL(filePath: TestEnvironment.python).deletingLastPathComponent()
            let exit = try await Program.run(
                binaries.appending(path: "k6").path,
                [
                    "run", "--no-usage-report", "--no-color", "--quiet", "--address=",
                    "\(TestEnvironment.repository)/Tests/k6/get_agent.js",
                ],
                environment: world.pythonEnvironment().merging([
                    "AGENTD_SCHEMAS": schemas == .files ? "\(TestEnvironment.repository)/proto" : ""
                ]) { $1 })
            #expect(exit.code == 0, "\(exit.output)\(exit.log)")
            let created = try world.database.rows("SELECT count(*) FROM agents WHERE name LIKE 'k6 %'")
            #expect(created == [["300"]])
        }
    }
}
