/// Notices a client that keeps the server busy with frames that ask for nothing. Each such frame is paid for from an
/// allowance, which grows with time and with every answer, so that a client that works is never stopped: it sends its
/// windows and its pings because of the answers.
struct FloodGuard {
    /// An allowance of frames.
    private struct Allowance {
        let capacity: Double
        let perSecond: Double
        var rest: Double

        init(capacity: Int, perSecond: Int) {
            self.capacity = Double(capacity)
            self.perSecond = Double(perSecond)
            rest = self.capacity
        }

        mutating func grow(by frames: Double) { rest = min(capacity, rest + frames) }
    }

    /// DATA of fewer bytes is not worth its frame.
    private static let worthwhileBytes = 64
    /// Frames at once: a client that connects and changes its settings needs a few.
    private static let burst = 2_000
    private static let framesPerSecond = 200
    private static let framesPerAnswer = 8
    private static let resetsPerSecond = 100
    /// What a head costs that was not even read to its end.
    private static let framesPerRefusedHead = 100

    private var control = Allowance(capacity: burst, perSecond: framesPerSecond)
    private var resets: Allowance
    private var lastGrowth: UInt64

    /// - Parameter callsInFlight: As many as a client may have, and so give up at once, twice.
    init(callsInFlight: Int, at now: UInt64) {
        resets = Allowance(capacity: callsInFlight * 2, perSecond: Self.resetsPerSecond)
        lastGrowth = now
    }

    /// What has come is too much.
    var isExceeded: Bool { control.rest < 0 || resets.rest < 0 }

    mutating func timePassed(to now: UInt64) {
        guard now > lastGrowth else { return }
        let seconds = Double(now - lastGrowth) / 1_000_000_000
        lastGrowth = now
        control.grow(by: seconds * control.perSecond)
        resets.grow(by: seconds * resets.perSecond)
    }

    mutating func frameReceived(_ frame: FrameScanner.FrameHeader) {
        if frame.isReset {
            resets.rest -= 1
        } else if !frame.isData || (frame.length < Self.worthwhileBytes && !frame.endsStream) {
            // Heads too: one that becomes a call is given back, one that is refused for too many streams is not.
            control.rest -= 1
        }
    }

    mutating func headRefused() { control.rest -= Double(Self.framesPerRefusedHead) }

    mutating func callBegan() { control.grow(by: 1) }

    mutating func callAnswered() {
        control.grow(by: Double(Self.framesPerAnswer))
        resets.grow(by: 1)
    }

    /// The client will open its windows again for what it is sent.
    mutating func dataSent() { control.grow(by: Double(Self.framesPerAnswer)) }
}
