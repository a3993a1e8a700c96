import Testing

internal import Foundation
internal import TestSupport

/// A client in another language, written from PROTOCOL.md alone.
@Suite("A client in Python", .timeLimit(.minutes(2)))
struct PythonClientTests {
    @Test("A conversation goes as PROTOCOL.md says, and another tenant's agents are not seen")
    func conversation() async throws {
        try await World.with { world in
            let exit = try await Program.run(
                TestEnvironment.python,
                ["\(TestEnvironment.repository)/Tests/Python/conversation.py", world.daemon.address],
                environment: ["AGENTD_TOKEN": world.ada.key, "AGENTD_OTHER_TOKEN": world.carol.key])
            #expect(exit.code == 0, "\(exit.output)\(exit.log)")
        }
    }
}
