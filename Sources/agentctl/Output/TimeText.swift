internal import AgentdClient
internal import FoundationEssentials

/// Times as text, always in UTC.
enum TimeText {
    /// As RFC 3339 and proto3 JSON have it, with 0, 3 or 6 digits behind the seconds.
    static func rfc3339(_ date: Date) -> String {
        let microseconds = date.microsecondsSince1970
        let fraction = ((microseconds % 1_000_000) + 1_000_000) % 1_000_000
        let text = wholeSeconds(microseconds - fraction).formatted(.iso8601)
        if fraction == 0 { return text }
        let digits = String(repeating: "0", count: 6 - "\(fraction)".count) + "\(fraction)"
        return "\(text.dropLast()).\(fraction % 1_000 == 0 ? String(digits.prefix(3)) : digits)Z"
    }

    /// For people: `2026-01-31 12:30:05`.
    static func readable(_ date: Date) -> String {
        let microseconds = date.microsecondsSince1970
        let fraction = ((microseconds % 1_000_000) + 1_000_000) % 1_000_000
        return String(wholeSeconds(microseconds - fraction).formatted(.iso8601).dropLast())
            .replacing("T", with: " ")
    }

    /// Nothing for no time.
    static func readable(_ date: Date?) -> String { date.map { readable($0) } ?? "" }

    /// What `rfc3339` writes and its like: with or without a fraction, with `Z` or an offset.
    static func parse(_ text: String) -> Date? {
        if let date = try? Date(text, strategy: .iso8601) { return date }
        return try? Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }

    private static func wholeSeconds(_ microseconds: Int64) -> Date {
        Date(timeIntervalSince1970: Double(microseconds / 1_000_000))
    }
}
