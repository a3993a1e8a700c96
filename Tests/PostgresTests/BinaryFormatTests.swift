import Testing

internal import Postgres
internal import TestSupport

@Suite("Binary formats", .timeLimit(.minutes(2)))
struct BinaryFormatTests {
    @Test("Every type comes back as it went, and PostgreSQL reads it as text the same way")
    func roundTrip() async throws {
        struct Values: Equatable, Sendable {
            var text: String, number: Int64, flag: Bool, high: UInt64, low: UInt64, bytes: [UInt8], time: Int64
            var texts: [String], none: String?, seen: String
        }
        let expected = Values(
            text: "naïve – “quotes” 🙂", number: .min, flag: true, high: 0x0123_4567_89AB_4DEF,
            low: 0x8123_4567_89AB_CDEF,
            bytes: [0, 255, 39, 92, 0], time: 1_700_000_000_123_456, texts: ["", "a,b", "\"{}\"", "é"], none: nil,
            seen: #"naïve – “quotes” 🙂|-9223372036854775808|true|01234567-89ab-4def-8123-456789abcdef|\x00ff275c00|"#
                + #"2023-11-14 22:13:20.123456+00|{"","a,b","\"{}\"",é}|{1,-2,3}|-7|{"a" : 1}"#)
        let statement = TestStatement(
            "round_trip",
            """
            SELECT $1, $2, $3, $4, $5, $6, $7, $8, concat_ws('|', $1, $2, $3::text, $4, $5,
                $6 AT TIME ZONE 'UTC' || '+00',
                $7, $9, $10, $11)
            """,
            [.text, .int8, .bool, .uuid, .bytea, .timestamptz, .textArray, .text, .int8Array, .int4, .json],
            binding: { parameters in
                parameters.append(text: expected.text)
                parameters.append(int8: expected.number)
                parameters.append(bool: expected.flag)
                parameters.append(uuidHigh: expected.high, low: expected.low)
                parameters.append(bytea: expected.bytes)
                parameters.append(timestamptz: expected.time)
                parameters.append(textArray: expected.texts)
                parameters.append(text: String?.none)
                parameters.append(int8Array: [1, -2, 3])
                parameters.append(int4: -7)
                parameters.append(json: #"{"a" : 1}"#)
            },
            decoding: { rows throws(DecodingFailure) in
                let (high, low) = try rows.uuid(0, 3)
                return Values(
                    text: try rows.text(0, 0), number: try rows.int8(0, 1), flag: try rows.bool(0, 2), high: high,
                    low: low,
                    bytes: try rows.bytea(0, 4), time: try rows.timestamptz(0, 5), texts: try rows.textArray(0, 6),
                    none: try rows.optionalText(0, 7), seen: try rows.text(0, 8))
            })
        let read = try await TestLoop.with { loop in
            try await loop.withPool(.init(conninfo: TestEnvironment.database)) {
                try await $0.read(statement, on: loop)
            }
        }
        #expect(read == expected)
    }

    @Test("Rows that are not what was expected fail the call and nothing else")
    func decodingFailure() async throws {
        try await TestLoop.with { loop in
            try await loop.withPool(.init(conninfo: TestEnvironment.database)) { pool in
                for sql in ["SELECT 'text'", "SELECT NULL::int8", "SELECT 1::int8 WHERE false"] {
                    await #expect(throws: PostgresError.self) { try await pool.read(.number(sql, sql), on: loop) }
                }
                let echoed = try await pool.read(.echo(7), on: loop)
                #expect(echoed == 7)
            }
        }
    }
}
