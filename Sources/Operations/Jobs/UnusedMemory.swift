internal import CLinux
internal import ServiceLifecycle

/// Gives memory back to the system that was needed once: malloc keeps what a peak has freed, for ever.
package struct UnusedMemory: Service {
    private static let intervalMilliseconds = 30_000
    /// Less is not worth the time that giving it back takes, in which nobody gets memory.
    private static let keptBytes = 16 << 20

    /// Whether there was too much of it at the last look, too. What comes and goes within an interval is left alone.
    private var isKeptForLong = false

    package init() {}

    package func run() async throws {
        var memory = self
        while await Pause.take(milliseconds: Self.intervalMilliseconds) { memory.look() }
    }

    /// - Returns: Whether it was given back.
    @discardableResult mutating func look() -> Bool {
        let isTooMuch = agentd_unused_heap_bytes() > Self.keptBytes
        let isGivenBack = isTooMuch && isKeptForLong
        if isGivenBack { agentd_trim_heap() }
        isKeptForLong = isTooMuch && !isGivenBack
        return isGivenBack
    }
}
