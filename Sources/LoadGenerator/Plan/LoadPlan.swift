/// What a run is to do.
package struct LoadPlan: Sendable {
    /// What makes the next call begin.
    package enum Pace: Sendable, Equatable {
        /// An answer: so many calls are in flight at any time.
        case closed(inFlight: Int)
        /// The clock: so many calls a second, whatever became of those before.
        /// - inFlight: The most that are sent and not answered; nil for as many as the daemon takes.
        case open(rate: Double, inFlight: Int?)
    }

    package var door: LoadDoor
    package var mix: Mix
    package var pace: Pace
    package var connections: Int
    package var skew: Skew
    package var warmUp: Duration
    package var duration: Duration

    package init(
        door: LoadDoor, mix: Mix, pace: Pace, connections: Int, skew: Skew, warmUp: Duration, duration: Duration
    ) {
        self.door = door
        self.mix = mix
        self.pace = pace
        self.connections = connections
        self.skew = skew
        self.warmUp = warmUp
        self.duration = duration
    }
}
