/// Blots out what looks like an API key. Nothing logs one on purpose; this is for what gets into a message by accident.
enum Redaction {
    private static let mark = "agd_"

    static func applied(to text: String) -> String {
        guard text.contains(mark) else { return text }
        let parts = text.split(separator: mark, omittingEmptySubsequences: false)
        return parts.dropFirst().reduce(into: String(parts.first ?? "")) { result, part in
            result += mark + "..." + part.drop { $0 == "_" || $0.isHexDigit }
        }
    }
}
