internal import Foundation
internal import Framing
internal import Testing

@Suite("PROTOCOL.md and GoAway")
struct ProtocolDocumentTests {
    @Test("Every reason of GoAway has its row", arguments: GoAwayReason.allCases)
    func reasons(reason: GoAwayReason) throws {
        let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let document = try String(contentsOf: repository.appending(path: "proto/PROTOCOL.md"), encoding: .utf8)
        let hasRow = document.contains("\n| `\(reason.rawValue)` |")
        #expect(hasRow)
    }
}
