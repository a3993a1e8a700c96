internal import Foundation
import Testing

internal import TestSupport

@Suite("Documentation", .timeLimit(.minutes(1)))
struct DocumentationTests {
    @Test("The README has the settings that agentd has")
    func settings() async throws {
        let exit = try await Program.run("agentd", ["config", "--reference"])
        #expect(exit.code == 0)
        let reference = exit.output.trimmingCharacters(in: .newlines)
        let readme = try String(contentsOfFile: "\(TestEnvironment.repository)/README.md", encoding: .utf8)
        #expect(
            reference.contains("AGENTD_LISTEN") && readme.contains(reference),
            "Put the output of `agentd config --reference` below the heading Settings.")
    }
}
