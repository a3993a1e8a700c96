internal import AgentdCore

/// Notices a client that keeps the server busy with frames that ask for nothing. Each such frame is paid for from an
/// allowance, which grows with time and with every answer, so that a client that works is never stopped: it sends its
/// windows and its pings because of the answers.
struct FloodGuard {
    /// DATA of fewer bytes is not worth its frame.
    private static let worthwhileBytes = 64
    /// Frames at once: a client that connects and changes its settings needs a few.
    private static let burst = 2_000
    private static let framesPerSecond = 200
    private static let framesPerAnswer = 8
    private static let resetsPerSecond = 100
    /// What a head costs that was not even read to its end.
    private static let framesPerRefusedHead = 100

    private var control: Allowance
    private var resets: Allowance

    /// - Parameter callsInFlight: As many as a client may have, and so give up at once, twice.
    init(callsInFlight: Int, at now: UInt64) {
        control = Allowance(capacity: Self.burst, perSecond: Self.framesPerSecond, at: now)
        resets = Allowance(capacity: callsInFlight * 2, perSecond: Self.resetsPerSecond, at: now)
    }

    /// What has come is too much.
    var isExceeded: Bool { control.isExceeded || resets.isExceeded }

    mutating func timePassed(to now: UInt64) {
        control.timePassed(to: now)
        resets.timePassed(to: now)
    }

    mutating func frameReceived(_ frame: FrameScanner.FrameHeader) {
        if frame.isReset {
            resets.use()
        } else if !frame.isData || (frame.length < Self.worthwhileBytes && !frame.endsStream) {
            // Heads too: one that becomes a call is given back, one that is refused for too many streams is not.
            control.use()
        }
    }

    mutating func headRefused() { control.use(Self.framesPerRefusedHead) }

    mutating func callBegan() { control.grow(by: 1) }

    mutating func callAnswered() {
        control.grow(by: Double(Self.framesPerAnswer))
        resets.grow(by: 1)
    }

    /// The client will open its windows again for what it is sent.
    mutating func dataSent() { control.grow(by: Double(Self.framesPerAnswer)) }
}
