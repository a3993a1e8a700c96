internal import AgentdCore
package import FoundationEssentials

extension Date {
    init(_ timestamp: Timestamp) {
        self.init(timeIntervalSince1970: Double(timestamp.microseconds) / 1_000_000)
    }

    /// Microseconds since 1970. A `Date` of our times is precise enough to give back each one.
    package var microsecondsSince1970: Int64 {
        // Beyond these years, which are those of google.protobuf.Timestamp, the daemon refuses it.
        let seconds = min(max(timeIntervalSince1970, -62_135_596_800), 253_402_300_799)
        return Int64((seconds * 1_000_000).rounded())
    }
}

extension Timestamp {
    init(_ date: Date) { self.init(microseconds: date.microsecondsSince1970) }
}
