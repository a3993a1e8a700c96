/// A point in time: microseconds since 1970-01-01T00:00:00Z, as precise as PostgreSQL keeps it.
package struct Timestamp: Hashable, Comparable, Sendable {
    package let microseconds: Int64

    package init(microseconds: Int64) { self.microseconds = microseconds }

    package static func < (left: Timestamp, right: Timestamp) -> Bool { left.microseconds < right.microseconds }

    /// Whole seconds since 1970, rounded down, as `google.protobuf.Timestamp.seconds`.
    package var seconds: Int64 {
        let quotient = microseconds / 1_000_000
        return microseconds % 1_000_000 < 0 ? quotient - 1 : quotient
    }

    /// Nanoseconds within the second, 0 to 999,999,000, as `google.protobuf.Timestamp.nanos`.
    package var nanoseconds: Int32 { Int32((microseconds - seconds * 1_000_000) * 1_000) }

    /// The range of `google.protobuf.Timestamp`: from year 1 to year 9999. Finer than a microsecond is cut off.
    package init?(seconds: Int64, nanoseconds: Int32) {
        guard (-62_135_596_800...253_402_300_799).contains(seconds), (0..<1_000_000_000).contains(nanoseconds) else {
            return nil
        }
        microseconds = seconds * 1_000_000 + Int64(nanoseconds / 1_000)
    }
}
