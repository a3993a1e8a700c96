/// Spans of time as text.
enum DurationText {
    /// As proto3 JSON has it: `0.001250s`.
    static func protobuf(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let microseconds = "\(attoseconds / 1_000_000_000_000)"
        return "\(seconds).\(String(repeating: "0", count: max(6 - microseconds.count, 0)))\(microseconds)s"
    }

    /// For people: `250 µs`, `1.3 ms`, `2.0 s`.
    static func readable(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let microseconds = Double(seconds) * 1e6 + Double(attoseconds) / 1e12
        return switch microseconds {
        case ..<1_000: "\(Int(microseconds.rounded())) µs"
        case ..<1_000_000: "\(NumberText.short(microseconds / 1_000)) ms"
        default: "\(NumberText.short(microseconds / 1_000_000)) s"
        }
    }
}
