import AgentdCore
import FoundationEssentials
import Messages
import Testing

@testable internal import GRPCListener

@Suite("gRPC status") struct GRPCStatusTests {
    @Test(
        "Everything but printable ASCII is percent-encoded",
        arguments: [
            ("plain", "plain"), ("100%", "100%25"), ("a\nb", "a%0Ab"), ("ü", "%C3%BC"), ("😈", "%F0%9F%98%88"),
            ("~ \u{7F}", "~ %7F"),
            (
                "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n",
                "%09%0Atest with whitespace%0D%0Aand Unicode BMP %E2%98%BA and non-BMP %F0%9F%98%88%09%0A"
            ),
        ])
    func percent(text: String, encoded: String) { #expect(GRPCStatus.percentEncoded(text) == encoded) }

    @Test("A text that no head could hold is shortened") func long() {
        let encoded = GRPCStatus.percentEncoded(String(repeating: "ü", count: 100_000))
        #expect(encoded.hasSuffix("..."))
        #expect(encoded.utf8.count <= 3 * 1_024 + 3)
    }

    @Test("Of violations that no head could hold the first ones are told") func manyViolations() throws {
        let violations = (0..<64).map {
            FieldViolation(field: "field_\($0)", description: String(repeating: "d", count: 200))
        }
        let text = GRPCStatus.details(of: .fields(violations), arena: Arena(capacity: 1 << 20))
        #expect(text.utf8.count <= 5 * 1_024)
        let padding = String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
        let bytes = try #require(Data(base64Encoded: text + padding))
        let status = try StatusMessage(decoding: Array(bytes))
        #expect(status.reason == "FIELD_INVALID")
        #expect(status.violations.map(\.field) == (0..<8).map { "field_\($0)" })
    }
}
