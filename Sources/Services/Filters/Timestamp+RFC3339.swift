internal import AgentdCore
internal import FoundationEssentials

extension Timestamp {
    /// The length of `2026-01-31T12:00:00`.
    private static let wholeSecondsCharacters = 19
    /// Of a fraction of a second; what is finer than a microsecond is cut off.
    private static let maximumFractionDigits = 9

    /// Reads a time as RFC 3339 writes it, such as `2026-01-31T12:00:00.5+01:00`; nil for anything else, and for a day
    /// or an hour that there is not.
    init?(rfc3339 text: String) {
        let whole = text.unicodeScalars.prefix(Self.wholeSecondsCharacters)
        var rest = text.unicodeScalars.dropFirst(Self.wholeSecondsCharacters)
        let utc = "\(String(whole))Z"
        // The parser takes February 30, and more, for a later time: what it read must be what was written.
        guard let date = try? Date(utc, strategy: .iso8601), date.formatted(.iso8601) == utc else { return nil }
        var fraction: Int64 = 0
        if rest.first == "." {
            let digits = rest.dropFirst().prefix { ("0"..."9").contains($0) }
            guard (1...Self.maximumFractionDigits).contains(digits.count) else { return nil }
            rest = rest[digits.endIndex...]
            fraction = Int64(String(digits).padding(toLength: 6)) ?? 0
        }
        guard let offset = Self.offsetSeconds(String(rest)) else { return nil }
        self.init(microseconds: (Int64(date.timeIntervalSince1970) - offset) * 1_000_000 + fraction)
    }

    /// `Z`, or hours and minutes such as `+01:00`.
    private static func offsetSeconds(_ text: String) -> Int64? {
        if text == "Z" { return 0 }
        let scalars = Array(text.unicodeScalars)
        guard scalars.count == 6, scalars[0] == "+" || scalars[0] == "-", scalars[3] == ":" else { return nil }
        let numbers = [scalars[1...2], scalars[4...5]].map { pair in
            pair.allSatisfy { ("0"..."9").contains($0) } ? Int64(String(String.UnicodeScalarView(pair))) : nil
        }
        guard let hours = numbers[0], let minutes = numbers[1], hours < 24, minutes < 60 else { return nil }
        return (scalars[0] == "-" ? -1 : 1) * (hours * 3_600 + minutes * 60)
    }
}

extension String {
    /// The first so many characters, with zeros behind them when there are not so many.
    fileprivate func padding(toLength length: Int) -> String {
        String((self + String(repeating: "0", count: length)).prefix(length))
    }
}
