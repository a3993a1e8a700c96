internal import AgentdCore
internal import FramedListener
internal import Framing
internal import Testing

@Suite("ServerConnectionMachine: requests")
struct ServerRequestTests {
    @Test(
        "The deadline is what the client asks for, within bounds",
        arguments: [(0, 35), (1, 5.001), (2_500, 7.5), (120_000, 125), (120_001, 125), (.max, 125)]
            as [(UInt32, Double)])
    func deadline(timeoutMilliseconds: UInt32, second: Double) {
        var machine = Machine()
        step(
            machine.request(1, at: seconds(5), timeoutMilliseconds: timeoutMilliseconds), .dispatch(bySecond: second))
    }

    @Test("Answers come in any order, each once")
    func anyOrder() {
        var machine = Machine()
        step(machine.request(7), .dispatch(bySecond: 30))
        step(machine.request(3), .dispatch(bySecond: 30))
        step(machine.callsInFlight, 2)
        step(machine.answered(id: 3, at: 0), true)
        step(machine.answered(id: 3, at: 0), false)
        step(machine.answered(id: 7, at: 0), true)
        step(machine.callsInFlight, 0)
    }

    @Test("Id 0 ends the connection")
    func idZero() {
        var machine = Machine()
        step(machine.request(9), .dispatch(bySecond: 30))
        step(machine.request(0), .goAway(.requestIDZero, lastID: 9))
        step(machine.request(10), .ignore)
    }

    @Test("An id that is in flight ends the connection; once answered it may be used again")
    func duplicate() {
        var machine = Machine()
        step(machine.request(1), .dispatch(bySecond: 30))
        step(machine.answered(id: 1, at: 0), true)
        step(machine.request(1), .dispatch(bySecond: 30))
        step(machine.request(1), .goAway(.requestIDDuplicate, lastID: 1))
        step(machine.callsInFlight, 1)
    }

    @Test("A call over the limit in flight is refused, and there is room again after an answer")
    func inFlightLimit() {
        var machine = Machine()
        step(machine.request(1), .dispatch(bySecond: 30))
        step(machine.request(2), .dispatch(bySecond: 30))
        step(machine.request(3), .refuse(.inFlightLimit))
        step(machine.callsInFlight, 2)
        step(machine.answered(id: 3, at: 0), false)
        step(machine.answered(id: 1, at: 0), true)
        step(machine.request(3), .dispatch(bySecond: 30))
    }

    @Test("A request that is answered instead of run is not in flight")
    func answeredAtOnce() {
        var machine = Machine()
        step(
            machine.requestReceived(id: 1, headerBytes: 0, timeoutMilliseconds: 0, at: 0), .dispatch(bySecond: 30))
        step(machine.callsInFlight, 0)
        step(machine.request(1), .dispatch(bySecond: 30))
        step(machine.callsInFlight, 1)
    }

    @Test("Headers over the limit are refused, the connection goes on")
    func headers() {
        var machine = Machine()
        step(machine.request(1, headerBytes: 101), .refuse(.headersTooLarge))
        step(machine.request(2, headerBytes: 100), .dispatch(bySecond: 30))
    }

    @Test("Cancel gives back a call in flight, once")
    func cancel() {
        var machine = Machine()
        step(machine.request(1), .dispatch(bySecond: 30))
        step(machine.cancelReceived(id: 2, at: 0), nil)
        step(machine.cancelReceived(id: 1, at: 0), "call 1")
        step(machine.cancelReceived(id: 1, at: 0), nil)
        step(machine.answered(id: 1, at: 0), false)
        step(machine.request(1), .dispatch(bySecond: 30))
    }

    @Test("Ping is answered while the connection is open or drains")
    func ping() {
        var machine = Machine()
        step(machine.pingReceived(at: 0), .pong)
        step(machine.drainRequested(graceNanoseconds: seconds(10), at: 0), .goAway(lastID: 0))
        step(machine.pingReceived(at: 0), .pong)
        step(machine.protocolErrorReceived(.frameUnknown, at: 0), .goAway(.frameUnknown, lastID: 0))
        step(machine.pingReceived(at: 0), .ignore)
    }

    @Test("Pings that come in thousands end the connection; those that come all the time do not")
    func pings() {
        var machine = Machine()
        for second in 0..<100 {
            for _ in 0..<100 { step(machine.pingReceived(at: seconds(Double(second))), .pong) }
        }
        for _ in 100..<1_000 { step(machine.pingReceived(at: seconds(99)), .pong) }
        step(machine.pingReceived(at: seconds(99)), .goAway(.flood, lastID: 0))
        step(machine.pingReceived(at: seconds(99)), .ignore)
    }

    @Test("What is no frame ends the connection with its reason, once", arguments: GoAwayReason.allCases)
    func protocolError(reason: GoAwayReason) {
        var machine = Machine()
        step(machine.request(5), .dispatch(bySecond: 30))
        step(machine.request(2), .dispatch(bySecond: 30))
        step(machine.protocolErrorReceived(reason, at: 0), .goAway(reason, lastID: 5))
        step(machine.protocolErrorReceived(reason, at: 0), .ignore)
    }
}
