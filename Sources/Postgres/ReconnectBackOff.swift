/// How long to wait before a connection is opened again: at once after one that worked, then longer and longer, always
/// with full jitter, so that the connections of many daemons do not come back in step.
struct ReconnectBackOff {
    private static let firstMilliseconds: Int64 = 50
    /// Short enough that service is normal within seconds of the database's return.
    private static let longestMilliseconds: Int64 = 2_000

    private var failures = 0

    mutating func succeeded() { failures = 0 }

    /// After a connection that worked has ended: a short, jittered pause in milliseconds.
    mutating func ended() -> Int64 { .random(in: 0...Self.firstMilliseconds) }

    /// After an attempt that failed: the pause in milliseconds.
    mutating func failed() -> Int64 {
        failures = min(failures + 1, 10)
        return .random(in: 1...min(Self.longestMilliseconds, Self.firstMilliseconds << Int64(failures)))
    }
}
