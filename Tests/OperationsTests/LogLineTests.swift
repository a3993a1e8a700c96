internal import Foundation
internal import Logging
import Testing

@testable internal import Operations

@Suite("Log lines")
struct LogLineTests {
    private func line(_ message: String, _ fields: [(key: String, value: String)] = []) -> LogLine {
        LogLine(time: Date(timeIntervalSince1970: 0.5), level: .notice, message: message, fields: fields)
    }

    @Test("A line for people has time, level, message and fields")
    func console() {
        let text = line("Serving", [("framed", "127.0.0.1:1"), ("reason", "it is up")]).text(.console)
        #expect(text == "1970-01-01T00:00:00.500Z NOTICE   Serving framed=127.0.0.1:1 reason=\"it is up\"\n")
    }

    @Test("A line for programs is one JSON object, whatever is in it")
    func json() throws {
        let message = "quote \" backslash \\ newline \n bell \u{7} snowman \u{2603}"
        let text = line(message, [("k\"", "v\t")]).text(.json)
        #expect(text.filter(\.isNewline).count == 1)
        let object = try JSONDecoder().decode([String: String].self, from: Data(text.utf8))
        #expect(object == ["time": "1970-01-01T00:00:00.500Z", "level": "notice", "message": message, "k\"": "v\t"])
    }

    @Test("What a client sent neither begins a new line nor moves the cursor of a terminal")
    func injection() {
        let text = line("a\nb\u{1B}[2Jc", [("field", "d\r\ne")]).text(.console)
        #expect(text.dropLast().allSatisfy { !$0.isNewline })
        #expect(!text.unicodeScalars.contains("\u{1B}"))
        #expect(text.contains("a\\nb"))
    }

    @Test("What looks like an API key is blotted out", arguments: LogFormat.allCases)
    func redaction(format: LogFormat) {
        let key = "agd_0123456789abcdef01234567_00112233445566778899aabbccddeeff"
        let text = line("token \(key) of x", [("authorization", "Bearer \(key)")]).text(format)
        #expect(!text.contains("0123456789abcdef"))
        #expect(!text.contains("00112233"))
        #expect(text.contains("token agd_... of x"))
    }
}
