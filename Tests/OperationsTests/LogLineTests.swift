internal import Foundation
internal import Logging
import Testing

@testable internal import Operations

@Suite("Log lines")
struct LogLineTests {
    private func line(
        _ message: String, _ fields: [(key: String, value: Logger.MetadataValue)] = [], at seconds: Double = 0.5
    ) -> LogLine {
        LogLine(time: Date(timeIntervalSince1970: seconds), level: .notice, message: message, fields: fields)
    }

    private func text(_ line: LogLine, _ format: LogFormat) -> String {
        String(decoding: line.bytes(format), as: UTF8.self)
    }

    @Test("A line for people has time, level, message and fields")
    func console() {
        let text = text(line("Serving", [("framed", "127.0.0.1:1"), ("reason", "it is up")]), .console)
        #expect(text == "1970-01-01T00:00:00.500Z NOTICE   Serving framed=127.0.0.1:1 reason=\"it is up\"\n")
    }

    @Test(
        "The time is in UTC, to the millisecond",
        arguments: [
            (0.0, "1970-01-01T00:00:00.000Z"), (1_709_251_199.9995, "2024-02-29T23:59:59.999Z"),
            (951_782_400.001, "2000-02-29T00:00:00.001Z"), (4_102_444_800.0, "2100-01-01T00:00:00.000Z"),
        ])
    func time(seconds: Double, expected: String) {
        #expect(text(line("", at: seconds), .console).hasPrefix(expected))
    }

    @Test("A line for programs is one JSON object, whatever is in it")
    func json() throws {
        let message = "quote \" backslash \\ newline \n bell \u{7} escape \u{1B} delete \u{7F} snowman \u{2603}"
        let text = text(line(message, [("k\"", "v\t")]), .json)
        #expect(text.filter(\.isNewline).count == 1)
        let object = try JSONDecoder().decode([String: String].self, from: Data(text.utf8))
        #expect(object == ["time": "1970-01-01T00:00:00.500Z", "level": "notice", "message": message, "k\"": "v\t"])
    }

    @Test("Numbers and truth values are such in a line for programs, and everything else is text")
    func jsonNumbers() {
        let fields: [(key: String, value: Logger.MetadataValue)] = [
            ("a", .stringConvertible(12)), ("b", .stringConvertible(0.25)), ("c", .stringConvertible(true)),
            ("d", .stringConvertible(Double.nan)), ("e", "12"), ("f", .array(["x"])),
        ]
        let text = text(line("m", fields), .json)
        #expect(text.hasSuffix(#""a":12,"b":0.25,"c":true,"d":"nan","e":"12","f":"["x"]"}"# + "\n") == false)
        #expect(text.hasSuffix(#""a":12,"b":0.25,"c":true,"d":"nan","e":"12","f":"[\"x\"]"}"# + "\n"))
    }

    @Test("What a client sent neither begins a new line nor moves the cursor of a terminal")
    func injection() {
        let text = text(line("a\nb\u{1B}[2Jc", [("field", "d\r\ne")]), .console)
        #expect(text.dropLast().allSatisfy { !$0.isNewline })
        #expect(!text.unicodeScalars.contains("\u{1B}"))
        #expect(text.contains("a\\nb"))
    }

    @Test("What looks like a secret is blotted out wherever it stands", arguments: LogFormat.allCases)
    func redaction(format: LogFormat) {
        let key = "agd_0123456789abcdef01234567_00112233445566778899aabbccddeeff"
        let text = text(
            line("token \(key) of x", [("authorization", "Bearer \(key)"), ("list", .array(["\(key)"]))]), format)
        #expect(!text.contains("0123456789abcdef"))
        #expect(!text.contains("00112233"))
        #expect(text.contains("token agd_... of x"))
    }
}
