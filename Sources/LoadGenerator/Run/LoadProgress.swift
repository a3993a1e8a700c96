/// How far a run is.
package struct LoadProgress: Sendable {
    package let isWarmUp: Bool
    /// Whether its time is over, and answers are awaited.
    package let isOver: Bool
    /// Since the beginning, and until the end.
    package let secondsDone: Double
    package let secondsInAll: Double
    /// Of the last interval.
    package let callsPerSecond: Double
    package let failuresPerSecond: Double
    package let callsInFlight: Int
    /// Due and not sent.
    package let callsWaiting: Int
}
