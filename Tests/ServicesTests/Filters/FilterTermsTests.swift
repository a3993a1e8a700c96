internal import AgentdCore
internal import Storage
internal import Testing

@testable internal import Services

@Suite("Terms of filters")
struct FilterTermsTests {
    private static let fields = [
        FilterField("kind", .equals), FilterField("text", .equals, .has), FilterField("time", .atLeast, .below),
    ]

    private static func texts(_ filter: String) throws(FilterProblem) -> [String] {
        try FilterTerms.parse(filter, fields: fields).map { "\($0.field) \($0.comparison.rawValue) \($0.value.text)" }
    }

    private static let understood: [(text: String, terms: [String])] = [
        ("", []), ("kind = a", ["kind = a"]), ("text : b", ["text : b"]), ("text:b", ["text : b"]),
        ("time>=2026-01-31T12:00:00+01:00", ["time >= 2026-01-31T12:00:00+01:00"]),
        ("time < \"2026-01-31T12:00:00Z\"", ["time < 2026-01-31T12:00:00Z"]),
        ("time < b AND time >= a", ["time < b", "time >= a"]), ("kind = ann@example.com", ["kind = ann@example.com"]),
        ("text = a AND kind = b AND time < c", ["text = a", "kind = b", "time < c"]),
        ("text = \"a AND kind = b\"", ["text = a AND kind = b"]), ("text = \">=\"", ["text = >="]),
    ]

    @Test("Terms come in their order, with their operators", arguments: understood)
    func reads(_ text: String, _ terms: [String]) throws {
        #expect(try Self.texts(text) == terms)
    }

    private static let refused: [(text: String, column: Int, fragment: String)] = [
        ("size = 1", 1, "those are kind, text, time"), ("kind : a", 6, "= is expected"),
        ("kind >= a", 6, "= is expected"), ("text < a", 6, "= or : is expected"),
        ("time = a", 6, ">= or < is expected"), ("time > a", 6, ">= or < is expected"),
        ("time <= a", 7, "a value is expected"), ("time >= a AND time >= b", 15, "time is asked for twice"),
        ("time < a AND time < b", 14, "time is asked for twice"),
        ("text = a AND text : b", 14, "text is asked for twice"),
        ("kind = a AND kind = a", 14, "kind is asked for twice"), ("kind == a", 7, "a value is expected"),
        ("kind = a OR text = b", 10, "AND is expected"), (":", 1, "name of a field"), ("@", 1, "name of a field"),
        ("kind = a, text = b", 9, "AND is expected"), ("kind = \"a", 8, "quotes are not closed"),
    ]

    @Test("What is no filter is refused at its column", arguments: refused)
    func refuses(_ text: String, _ column: Int, _ fragment: String) {
        let problem = #expect(throws: FilterProblem.self) { try Self.texts(text) }
        #expect(problem?.column == column)
        #expect(problem?.description.contains(fragment) == true, "\(problem?.description ?? "nothing")")
    }

    private static func value(_ text: String) throws -> FilterScanner.Value {
        try #require(try FilterTerms.parse("kind = \(text)", fields: fields).first).value
    }

    @Test("A whole text is taken as it is, and a * that is not escaped is refused")
    func exact() throws {
        #expect(try Self.value("a").exact() == "a")
        #expect(try Self.value("\"a\\*\"").exact() == "a*")
        for text in ["*", "a*", "\"a*b\""] {
            let value = try Self.value(text)
            let problem = #expect(throws: FilterProblem.self) { try value.exact() }
            #expect(problem?.column == 8)
        }
    }

    @Test("A text may be given by its beginning")
    func match() throws {
        #expect(try Self.value("a").match() == .exactly("a"))
        #expect(try Self.value("a*").match() == .startsWith("a"))
        #expect(try Self.value("*").match() == .startsWith(""))
        let inside = try Self.value("\"a*b\"")
        #expect(throws: FilterProblem.self) { try inside.match() }
    }

    private static let times: [(text: String, microseconds: Int64)] = [
        ("1970-01-01T00:00:00Z", 0), ("1969-12-31T23:59:59.999999Z", -1),
        ("2026-01-31T12:00:00Z", 1_769_860_800_000_000),
        ("2026-01-31T12:00:00.5Z", 1_769_860_800_500_000), ("2026-01-31T12:00:00.000001Z", 1_769_860_800_000_001),
        ("2026-01-31T12:00:00.123456789Z", 1_769_860_800_123_456), ("2026-01-31T13:00:00+01:00", 1_769_860_800_000_000),
        ("2026-01-31T06:30:00.25-05:30", 1_769_860_800_250_000), ("2024-02-29T00:00:00Z", 1_709_164_800_000_000),
        ("9999-12-31T23:59:59.999999Z", 253_402_300_799_999_999), ("1601-01-01T00:00:00Z", -11_644_473_600_000_000),
    ]

    @Test("A time is read to the microsecond, in any zone, in quotes and without", arguments: times)
    func time(_ text: String, _ microseconds: Int64) throws {
        #expect(try Self.value(text).time() == Timestamp(microseconds: microseconds))
        #expect(try Self.value("\"\(text)\"").time() == Timestamp(microseconds: microseconds))
    }

    @Test(
        "What is no time of RFC 3339 is refused",
        arguments: [
            "", "2026", "2026-01-31", "2026-01-31T12:00", "2026-01-31T12:00:00", "2026-01-31 12:00:00Z",
            "2026-02-29T00:00:00Z", "2026-02-30T00:00:00Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z",
            "2026-01-00T00:00:00Z", "2026-01-31T24:00:00Z", "2026-01-31T12:60:00Z", "2026-01-31T12:00:61Z",
            "2026-01-31T12:00:00.Z", "2026-01-31T12:00:00.1234567890Z", "2026-01-31T12:00:00,5Z",
            "2026-01-31T12:00:00ZZ",
            "2026-01-31T12:00:00+0100", "2026-01-31T12:00:00+24:00", "2026-01-31T12:00:00+01:60",
            "2026-01-31T12:00:00+1:00", "2026-01-31T12:00:00+٠١:٠٠", "٢٠٢٦-01-31T12:00:00Z", "2026-1-31T12:00:00Z",
            "+2026-01-31T12:00:00Z", "-2026-01-31T12:00:00Z", "999999-01-31T12:00:00Z",
            "99999999999999-01-31T12:00:00Z",
            "2026-01-31T12:00:00Z ", "2026-01-31t12:00:00z", "now", "2026-01-31T12:00:00GMT", "12:00:00Z",
        ])
    func noTime(_ text: String) throws {
        let value = try Self.value("\"\(text)\"")
        let problem = #expect(throws: FilterProblem.self) { try value.time() }
        #expect(problem?.column == 8 && problem?.description.contains("a time is expected") == true)
    }
}
