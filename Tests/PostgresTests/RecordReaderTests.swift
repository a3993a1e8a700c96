import Testing

internal import TestSupport

@testable internal import Postgres

/// Composite values, as PostgreSQL sends them.
@Suite("RecordReader", .timeLimit(.minutes(2)))
struct RecordReaderTests {
    private struct Values: Equatable, Sendable {
        var text: String, empty: String, json: String, number: Int64, flag: Bool, high: UInt64, time: Int64
        var none: Int64?, later: Int64?
    }

    private static func read<Output: Sendable>(
        _ name: String, _ row: String,
        _ decoding: @escaping @Sendable (inout RecordReader) throws(DecodingFailure) -> Output
    ) async throws -> Output {
        let statement = TestStatement("record_\(name)", "SELECT ROW(\(row))") { rows throws(DecodingFailure) in
            var record = try rows.record(0, 0)
            return try decoding(&record)
        }
        return try await TestLoop.with { loop in
            try await loop.withPool(.init(conninfo: TestEnvironment.database)) {
                try await $0.read(statement, on: loop)
            }
        }
    }

    private static func text(_ start: UnsafePointer<CChar>) -> String { String(cString: start) }

    @Test("Every type is read in its place, and texts end with a NUL")
    func types() async throws {
        let row = """
            'naïve 🙂'::text, ''::text, '{"a" : 1}'::json, -7::int8, true, '01234567-89ab-4def-8123-456789abcdef'::uuid,
            '2023-11-14 22:13:20.123456+00'::timestamptz, NULL::timestamptz, '1970-01-01 00:00:00+00'::timestamptz,
            'what a later version adds'::text
            """
        let values = try await Self.read("types", row) { record throws(DecodingFailure) in
            let (text, empty, json) = (try record.cString(), try record.cString(), try record.cString(.json))
            let (number, flag) = (try record.int8(), try record.bool())
            let high = try record.uuid().high
            return Values(
                text: Self.text(text), empty: Self.text(empty), json: Self.text(json), number: number, flag: flag,
                high: high, time: try record.timestamptz(), none: try record.optionalTimestamptz(),
                later: try record.optionalTimestamptz())
        }
        #expect(
            values
                == Values(
                    text: "naïve 🙂", empty: "", json: #"{"a" : 1}"#, number: -7, flag: true,
                    high: 0x0123_4567_89AB_4DEF, time: 1_700_000_000_123_456, none: nil, later: 0))
    }

    @Test("A text at the end of a record ends with a NUL too")
    func lastText() async throws {
        let text = try await Self.read("last", "'last'::text") { record throws(DecodingFailure) in
            Self.text(try record.cString())
        }
        #expect(text == "last")
    }

    @Test(
        "What is not what was expected is said",
        arguments: [
            ("type", "1::int4", "of type 23"), ("null", "NULL::int8", "NULL"), ("empty", "", "ends early"),
        ])
    func unexpected(name: String, row: String, saying: String) async throws {
        let error = try await #require(throws: PostgresError.self) {
            try await Self.read(name, row) { record throws(DecodingFailure) in try record.int8() }
        }
        #expect("\(error)".contains(saying))
    }

    /// A record as PostgreSQL sends it, of one text and one number, with the NUL behind it that libpq adds.
    private static func record(textLength: Int32 = 3, numberType: UInt32 = 20) -> [UInt8] {
        func big(_ value: some FixedWidthInteger) -> [UInt8] { withUnsafeBytes(of: value.bigEndian) { Array($0) } }
        let text = big(UInt32(25)) + big(textLength) + Array("abc".utf8)
        return big(Int32(2)) + text + big(numberType) + big(Int32(8)) + big(Int64(7)) + [0]
    }

    /// - Parameter count: Bytes of the record, of those that there are.
    private static func readsBoth(_ bytes: [UInt8], count: Int) -> Bool {
        bytes.withUnsafeBytes { bytes in
            do throws(DecodingFailure) {
                var record = try RecordReader(UnsafeRawBufferPointer(rebasing: bytes[..<count]))
                let (text, number) = (try record.cString(), try record.int8())
                return Self.text(text) == "abc" && number == 7
            } catch {
                return false
            }
        }
    }

    @Test("Nothing is read beyond a record, wherever it is cut")
    func cut() {
        let whole = Self.record()
        #expect(Self.readsBoth(whole, count: whole.count - 1))
        for count in 0..<whole.count - 1 { #expect(!Self.readsBoth(whole, count: count)) }
    }

    @Test("Lengths that cannot be, and a text without a NUL behind it, are refused")
    func impossible() {
        for length in [Int32.min, -1, 24, .max] {
            let record = Self.record(textLength: length)
            #expect(!Self.readsBoth(record, count: record.count - 1))
        }
        let record = Self.record(numberType: 1 << 24 | 20)
        #expect(!Self.readsBoth(record, count: record.count - 1))
    }

    @Test("A time without end is none")
    func infinity() async throws {
        await #expect(throws: PostgresError.self) {
            try await Self.read("infinity", "'infinity'::timestamptz") { record throws(DecodingFailure) in
                try record.timestamptz()
            }
        }
    }
}
