import Testing

internal import TestSupport

/// Tools that have no schema files.
@Suite("Server reflection", .timeLimit(.minutes(2)))
struct ReflectionTests {
    @Test("The standard client lists and describes every service, and calls what it has only heard of")
    func standardClient() async throws {
        try await World.with { world in
            let exit = try await Program.run(
                TestEnvironment.python, ["\(TestEnvironment.repository)/Tests/Python/reflection.py"],
                environment: ["AGENTD_TARGET": world.daemon.address, "AGENTD_TOKEN": world.ada.key])
            #expect(exit.code == 0, "\(exit.output)\(exit.log)")
        }
    }
}
