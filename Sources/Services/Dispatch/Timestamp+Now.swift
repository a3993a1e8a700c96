internal import AgentdCore
internal import FoundationEssentials

extension Timestamp {
    /// The wall clock.
    static var now: Timestamp { Timestamp(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000)) }
}
