internal import FramedListener
internal import Framing
internal import Testing

@Suite("ServerConnectionMachine: time")
struct ServerTimeTests {
    @Test("A connection that says nothing ends after the time for the first frame")
    func firstFrame() {
        var machine = Machine()
        step(machine.nextWakeUp, seconds(10))
        step(machine.timeReached(seconds(9.9)), .none)
        step(machine.timeReached(seconds(10)), .goAway(.firstFrameTimeout, lastID: 0))
        step(machine.isFinished, true)
    }

    @Test("A first frame that comes byte by byte has no more time than one that does not come")
    func slowFirstFrame() {
        var machine = Machine()
        for second in 1...9 {
            machine.bytesReceived(partialFrame: true, completedFrame: false, at: seconds(Double(second)))
        }
        step(machine.nextWakeUp, seconds(10))
        step(machine.timeReached(seconds(10)), .goAway(.firstFrameTimeout, lastID: 0))
    }

    @Test("A later frame that comes byte by byte has its time from its first byte on")
    func slowFrame() {
        var machine = Machine()
        step(machine.pingReceived(at: seconds(1)), .pong)
        machine.bytesReceived(partialFrame: false, completedFrame: true, at: seconds(1))
        for second in 20...29 {
            machine.bytesReceived(partialFrame: true, completedFrame: false, at: seconds(Double(second)))
            step(machine.nextWakeUp, seconds(30))
            step(machine.timeReached(seconds(Double(second))), .none)
        }
        step(machine.timeReached(seconds(30)), .goAway(.frameTimeout, lastID: 0))
    }

    @Test("A frame that begins behind one that was completed has its own time")
    func frameBehindFrame() {
        var machine = Machine()
        step(machine.pingReceived(at: 0), .pong)
        machine.bytesReceived(partialFrame: true, completedFrame: false, at: seconds(5))
        step(machine.pingReceived(at: seconds(14)), .pong)
        machine.bytesReceived(partialFrame: true, completedFrame: true, at: seconds(14))
        step(machine.timeReached(seconds(23.9)), .none)
        step(machine.timeReached(seconds(24)), .goAway(.frameTimeout, lastID: 0))
    }

    @Test("A frame is not slow while the server does not read")
    func paused() {
        var machine = Machine()
        step(machine.request(1, timeoutMilliseconds: 120_000), .dispatch(bySecond: 120))
        machine.bytesReceived(partialFrame: true, completedFrame: true, at: 0)
        machine.readingChanged(isPaused: true, at: seconds(1))
        step(machine.timeReached(seconds(50)), .none)
        step(machine.nextWakeUp, seconds(120))
        machine.readingChanged(isPaused: false, at: seconds(50))
        step(machine.timeReached(seconds(59.9)), .none)
        step(machine.timeReached(seconds(60)), .goAway(.frameTimeout, lastID: 1))
    }

    @Test("A connection without calls that sends nothing is idle, counted from the last answer")
    func idle() {
        var machine = Machine()
        step(machine.request(1, timeoutMilliseconds: 120_000), .dispatch(bySecond: 120))
        step(machine.timeReached(seconds(100)), .none)
        step(machine.answered(id: 1, at: seconds(100)), true)
        step(machine.timeReached(seconds(159.9)), .none)
        step(machine.timeReached(seconds(160)), .goAway(.idle, lastID: 1))
    }

    @Test("A connection whose call timed out is idle from then on")
    func idleAfterDeadline() {
        var machine = Machine()
        step(machine.request(1, timeoutMilliseconds: 90_000), .dispatch(bySecond: 90))
        step(machine.expired(at: seconds(90)), ["call 1"])
        step(machine.timeReached(seconds(90)), .none)
        step(machine.nextWakeUp, seconds(150))
    }

    @Test("A ping keeps a connection from being idle")
    func pingKeepsAlive() {
        var machine = Machine()
        step(machine.pingReceived(at: seconds(1)), .pong)
        step(machine.pingReceived(at: seconds(50)), .pong)
        step(machine.timeReached(seconds(61)), .none)
        step(machine.nextWakeUp, seconds(110))
    }

    @Test("A client that does not read its answers is closed")
    func unsentAnswers() {
        var machine = Machine()
        step(machine.request(1), .dispatch(bySecond: 30))
        step(machine.answered(id: 1, at: 0), true)
        machine.unsentAnswersChanged(waiting: true, at: seconds(1))
        machine.unsentAnswersChanged(waiting: true, at: seconds(2))
        step(machine.timeReached(seconds(59.9)), .none)
        machine.unsentAnswersChanged(waiting: false, at: seconds(59.9))
        step(machine.timeReached(seconds(61)), .none)
        machine.unsentAnswersChanged(waiting: true, at: seconds(61))
        step(machine.timeReached(seconds(121)), .close)
    }

    @Test("Deadlines expire when they have come, each once")
    func deadlines() {
        var machine = Machine()
        step(machine.request(1, timeoutMilliseconds: 3_000), .dispatch(bySecond: 3))
        step(machine.request(2, timeoutMilliseconds: 2_000), .dispatch(bySecond: 2))
        step(machine.nextWakeUp, seconds(2))
        step(machine.expired(at: seconds(1.9)), [])
        step(machine.expired(at: seconds(2)), ["call 2"])
        step(machine.answered(id: 2, at: seconds(2)), false)
        step(machine.nextWakeUp, seconds(3))
        step(machine.expired(at: seconds(3)), ["call 1"])
        step(machine.callsInFlight, 0)
    }

    @Test("Deadlines that have passed together are answered in the order of the ids")
    func deadlinesTogether() {
        var machine = Machine()
        step(machine.request(9, timeoutMilliseconds: 1_000), .dispatch(bySecond: 1))
        step(machine.request(4, timeoutMilliseconds: 2_000), .dispatch(bySecond: 2))
        step(machine.expired(at: seconds(5)), ["call 4", "call 9"])
    }

    @Test("A wake-up for a call that has been answered does nothing, and the next one is right")
    func staleWakeUp() {
        var machine = Machine()
        step(machine.request(1, timeoutMilliseconds: 1_000), .dispatch(bySecond: 1))
        step(machine.request(2, timeoutMilliseconds: 8_000), .dispatch(bySecond: 8))
        step(machine.answered(id: 1, at: 0), true)
        step(machine.expired(at: seconds(1)), [])
        step(machine.timeReached(seconds(1)), .none)
        step(machine.nextWakeUp, seconds(8))
    }
}
