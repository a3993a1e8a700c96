internal import AgentdCore
internal import FramedListener
internal import Framing
internal import Testing

@Suite("ServerConnectionMachine: the end")
struct ServerEndTests {
    @Test("A drain lets calls in flight end, refuses new ones, and is finished with the last answer")
    func drain() {
        var machine = Machine()
        step(machine.request(8), .dispatch(bySecond: 30))
        step(machine.drainRequested(graceNanoseconds: seconds(10), at: 0), .goAway(lastID: 8))
        step(machine.readsInput, true)
        step(machine.request(9), .refuse(.draining))
        step(machine.isFinished, false)
        step(machine.answered(id: 8, at: seconds(1)), true)
        step(machine.isFinished, true)
    }

    @Test("A drain of an idle connection is finished at once")
    func drainIdle() {
        var machine = Machine()
        step(machine.drainRequested(graceNanoseconds: seconds(10), at: 0), .goAway(lastID: 0))
        step(machine.isFinished, true)
    }

    @Test("A drain is announced once")
    func drainTwice() {
        var machine = Machine()
        step(machine.request(1), .dispatch(bySecond: 30))
        step(machine.drainRequested(graceNanoseconds: seconds(10), at: 0), .goAway(lastID: 1))
        step(machine.drainRequested(graceNanoseconds: seconds(99), at: seconds(1)), .ignore)
        step(machine.nextWakeUp, seconds(10))
    }

    @Test("A call that does not end within the grace is cut off")
    func drainGrace() {
        var machine = Machine()
        step(machine.request(1), .dispatch(bySecond: 30))
        step(machine.drainRequested(graceNanoseconds: seconds(10), at: 0), .goAway(lastID: 1))
        step(machine.timeReached(seconds(9.9)), .none)
        step(machine.timeReached(seconds(10)), .close)
        step(machine.connectionClosed(), ["call 1"])
    }

    @Test("Calls can be cancelled and expire while the server drains")
    func drainGoesOn() {
        var machine = Machine()
        step(machine.request(1), .dispatch(bySecond: 30))
        step(machine.request(2, timeoutMilliseconds: 1_000), .dispatch(bySecond: 1))
        step(machine.drainRequested(graceNanoseconds: seconds(10), at: 0), .goAway(lastID: 2))
        step(machine.nextWakeUp, seconds(1))
        step(machine.expired(at: seconds(1)), ["call 2"])
        step(machine.cancelReceived(id: 1, at: seconds(1)), "call 1")
        step(machine.isFinished, true)
    }

    @Test("A broken protocol during a drain ends the connection")
    func drainThenProtocolError() {
        var machine = Machine()
        step(machine.request(1), .dispatch(bySecond: 30))
        step(machine.drainRequested(graceNanoseconds: seconds(100), at: 0), .goAway(lastID: 1))
        step(machine.protocolErrorReceived(.frameMalformed, at: seconds(1)), .goAway(.frameMalformed, lastID: 1))
        step(machine.nextWakeUp, seconds(6))
    }

    @Test("After a broken protocol nothing is read, and what runs has a short grace")
    func ending() {
        var machine = Machine()
        step(machine.request(1), .dispatch(bySecond: 30))
        step(machine.request(2), .dispatch(bySecond: 30))
        step(machine.protocolErrorReceived(.frameFlagsInvalid, at: seconds(1)), .goAway(.frameFlagsInvalid, lastID: 2))
        step(machine.readsInput, false)
        step(machine.request(3, at: seconds(1)), .ignore)
        step(machine.helloReceived(version: 1, headerBytes: 0, at: seconds(1)), .ignore)
        step(machine.cancelReceived(id: 1, at: seconds(1)), nil)
        step(machine.drainRequested(graceNanoseconds: seconds(10), at: seconds(1)), .ignore)
        step(machine.answered(id: 1, at: seconds(2)), true)
        step(machine.isFinished, false)
        step(machine.timeReached(seconds(5.9)), .none)
        step(machine.timeReached(seconds(6)), .close)
    }

    @Test("A connection that is gone gives back its calls and wants nothing more")
    func closed() {
        var machine = Machine()
        step(machine.request(1), .dispatch(bySecond: 30))
        step(machine.request(2), .dispatch(bySecond: 30))
        step(machine.connectionClosed().sorted(), ["call 1", "call 2"])
        step(machine.connectionClosed(), [])
        step(machine.isFinished, true)
        step(machine.readsInput, false)
        step(machine.answered(id: 1, at: 0), false)
        step(machine.request(3), .ignore)
        step(machine.pingReceived(at: 0), .ignore)
        step(machine.drainRequested(graceNanoseconds: seconds(10), at: 0), .ignore)
        step(machine.timeReached(seconds(1_000)), .none)
    }
}
