internal import AgentdCore
internal import Framing
internal import Testing

/// A client's machine whose calls are their names.
private typealias Client = ClientConnectionMachine<String>

extension ClientConnectionLimits {
    /// Small enough to be reached.
    fileprivate static var small: ClientConnectionLimits {
        var limits = ClientConnectionLimits()
        limits.callsInFlight = 8
        limits.callsWaiting = 4
        limits.connectTimeoutMilliseconds = 10_000
        limits.welcomeTimeoutMilliseconds = 5_000
        limits.pingIntervalMilliseconds = 15_000
        limits.pongTimeoutMilliseconds = 10_000
        return limits
    }
}

extension ClientConnectionMachine<String> {
    /// Made at second 0.
    fileprivate init(rest: UInt64 = 0) { self.init(limits: .small, restNanoseconds: rest, at: 0) }

    /// Connected and welcomed at second 0.
    fileprivate static func opened(inFlight: UInt32 = 2, messageBytes: UInt32 = 1_000) -> Self {
        var machine = Self()
        step(machine.timeReached(0), .connect)
        step(machine.connected(at: 0), .sendHello(version: 1))
        step(
            machine.welcomeReceived(version: 1, maximumMessageBytes: messageBytes, maximumInFlight: inFlight),
            .open(maximumFrameBytes: Int(messageBytes) + 65_536))
        return machine
    }

    /// A call that is named for its id and has until second 30.
    @discardableResult
    fileprivate mutating func submit(_ id: UInt64, bytes: Int = 10, until second: Double = 30) -> SubmitAction {
        callSubmitted(
            id: id, messageBytes: bytes, deadline: Deadline(uptimeNanoseconds: seconds(second)), call: "call \(id)")
    }

    /// The ids of the calls to send now.
    fileprivate mutating func sent(at now: UInt64 = 0) -> [UInt64] {
        var ids: [UInt64] = []
        while case .send(let id, _, _) = nextCallToSend(at: now) { ids.append(id) }
        return ids
    }

    fileprivate mutating func answered(_ id: UInt64) -> String? {
        guard case .complete(let call) = responseReceived(id: id, more: false) else { return nil }
        return call
    }
}

@Suite("ClientConnectionMachine")
struct ClientConnectionMachineTests {
    @Test("Calls wait for Welcome and then leave in their order")
    func welcome() {
        var machine = Client()
        step(machine.submit(1), .wait)
        step(machine.timeReached(0), .connect)
        step(machine.submit(2), .wait)
        step(machine.sent(), [])
        step(machine.connected(at: 0), .sendHello(version: 1))
        step(machine.sent(), [])
        step(
            machine.welcomeReceived(version: 1, maximumMessageBytes: 1_000, maximumInFlight: 2),
            .open(maximumFrameBytes: 66_536))
        step(machine.sent(), [1, 2])
        step(machine.callsInFlight, 2)
        step(machine.callsWaiting, 0)
    }

    @Test("After a failure it rests before it connects")
    func rest() {
        var machine = Client(rest: seconds(2))
        step(machine.nextWakeUp, seconds(2))
        step(machine.timeReached(seconds(1)), .none)
        step(machine.timeReached(seconds(2)), .connect)
        step(machine.nextWakeUp, seconds(12))
    }

    @Test("No more calls are in flight than the server takes, and each answer makes room for one")
    func inFlight() {
        var machine = Client.opened(inFlight: 2)
        for id in 1...4 { machine.submit(UInt64(id)) }
        step(machine.sent(), [1, 2])
        step(machine.answered(2), "call 2")
        step(machine.sent(), [3])
        step(machine.answered(1), "call 1")
        step(machine.answered(3), "call 3")
        step(machine.sent(), [4])
    }

    @Test("Its own limit counts when it is smaller than the server's")
    func ownLimit() {
        var machine = Client.opened(inFlight: 1_000)
        for id in 1...9 {
            machine.submit(UInt64(id))
            _ = machine.sent()
        }
        step(machine.callsInFlight, 8)
        step(machine.callsWaiting, 1)
    }

    @Test("More calls than may wait are refused")
    func waitingLimit() {
        var machine = Client()
        for id in 1...4 { step(machine.submit(UInt64(id)), .wait) }
        step(machine.submit(5), .refuse)
    }

    @Test("A message longer than the server takes is not sent")
    func longMessage() {
        var machine = Client.opened(messageBytes: 100)
        machine.submit(1, bytes: 101)
        machine.submit(2, bytes: 100)
        guard case .refuse("call 1", maximumMessageBytes: 100) = machine.nextCallToSend(at: 0) else {
            Issue.record("the long call was not refused")
            return
        }
        step(machine.sent(), [2])
    }

    @Test("The timeout that is sent is what is left of the deadline, rounded up")
    func timeout() {
        var machine = Client.opened()
        machine.submit(1, until: 2)
        guard case .send(1, let milliseconds, _) = machine.nextCallToSend(at: seconds(0.5)) else {
            Issue.record("the call was not sent")
            return
        }
        step(milliseconds, 1_501)
    }

    @Test("A call without a deadline is sent without a timeout, and waits for ever")
    func noDeadline() {
        var machine = Client.opened()
        step(machine.callSubmitted(id: 1, messageBytes: 10, deadline: .never, call: "call 1"), .wait)
        guard case .send(1, timeoutMilliseconds: 0, _) = machine.nextCallToSend(at: seconds(1)) else {
            Issue.record("the call was not sent without a timeout")
            return
        }
        step(machine.expireCalls(at: seconds(1_000_000)).map(\.call), [])
    }

    @Test(
        "Calls that the client ends itself are taken in their order, sent and waiting alike, and make room for others")
    func takenCalls() {
        var machine = Client.opened(inFlight: 2)
        for id in 1...4 { machine.submit(UInt64(id)) }
        step(machine.sent(), [1, 2])
        let taken = machine.takeCalls { ["call 2", "call 3"].contains($0) }
        step(taken.map(\.id), [2, 3])
        step(taken.map(\.wasSent), [true, false])
        step(machine.sent(), [4])
        guard case .ignore = machine.responseReceived(id: 2, more: true) else {
            Issue.record("a late message was not ignored")
            return
        }
    }

    @Test("Calls whose deadline has passed are given up; the server is told of those that were sent")
    func deadline() {
        var machine = Client.opened(inFlight: 1)
        machine.submit(1, until: 1)
        machine.submit(2, until: 1)
        machine.submit(3, until: 5)
        step(machine.sent(), [1])
        step(machine.nextWakeUp, seconds(1))
        step(machine.expireCalls(at: seconds(0.9)).map(\.call), [])
        let expired = machine.expireCalls(at: seconds(1))
        step(expired.map(\.call), ["call 1", "call 2"])
        step(expired.map(\.wasSent), [true, false])
        step(machine.sent(at: seconds(1)), [3])
        step(machine.nextWakeUp, seconds(5))
    }

    @Test("A call that is withdrawn makes room, and its late answer is ignored")
    func withdrawal() {
        var machine = Client.opened(inFlight: 1)
        machine.submit(1)
        machine.submit(2)
        machine.submit(3)
        step(machine.sent(), [1])
        guard case .withdrawn("call 2") = machine.callWithdrawn(id: 2),
            case .sendCancel("call 1") = machine.callWithdrawn(id: 1),
            case .ignore = machine.callWithdrawn(id: 1)
        else {
            Issue.record("the calls were not withdrawn")
            return
        }
        step(machine.sent(), [3])
        step(machine.answered(1), nil)
        step(machine.answered(3), "call 3")
    }

    @Test("Many withdrawals leave the order of the others as it was")
    func manyWithdrawals() {
        var limits = ClientConnectionLimits.small
        limits.callsWaiting = 10_000
        limits.callsInFlight = 10_000
        var machine = Client(limits: limits, restNanoseconds: 0, at: 0)
        for id in 1...1_000 { machine.submit(UInt64(id)) }
        for id in 1...1_000 where id % 10 != 0 { _ = machine.callWithdrawn(id: UInt64(id)) }
        step(machine.timeReached(0), .connect)
        step(machine.connected(at: 0), .sendHello(version: 1))
        _ = machine.welcomeReceived(version: 1, maximumMessageBytes: 1_000, maximumInFlight: 10_000)
        step(machine.sent(), Array(stride(from: 10, through: 1_000, by: 10)))
    }

    @Test("GoAway gives back what was not executed, and the rest is still answered")
    func goAway() {
        var machine = Client.opened(inFlight: 3)
        for id in 1...4 { machine.submit(UInt64(id)) }
        step(machine.sent(), [1, 2, 3])
        step(machine.goAwayReceived(lastID: 1), ["call 2", "call 3", "call 4"])
        step(machine.submit(5), .decline)
        step(machine.isFinished, false)
        step(machine.answered(2), nil)
        step(machine.answered(1), "call 1")
        step(machine.isFinished, true)
    }

    @Test("GoAway instead of Welcome gives back everything")
    func goAwayAtOnce() {
        var machine = Client()
        machine.submit(1)
        step(machine.timeReached(0), .connect)
        step(machine.connected(at: 0), .sendHello(version: 1))
        step(machine.goAwayReceived(lastID: 0), ["call 1"])
        step(machine.isFinished, true)
    }

    @Test("The end of the connection tells what was sent from what was not")
    func connectionLost() {
        var machine = Client.opened(inFlight: 2)
        for id in 1...3 { machine.submit(UInt64(id)) }
        step(machine.sent(), [1, 2])
        let abandoned = machine.connectionClosed()
        step(abandoned.sent, ["call 1", "call 2"])
        step(abandoned.waiting, ["call 3"])
        step(machine.submit(4), .decline)
        step(machine.nextWakeUp, .max)
    }

    @Test("A finishing connection sends what was submitted before and takes nothing more")
    func finishing() {
        var machine = Client.opened(inFlight: 1)
        machine.submit(1)
        machine.submit(2)
        machine.finishRequested()
        step(machine.submit(3), .decline)
        step(machine.sent(), [1])
        step(machine.answered(1), "call 1")
        step(machine.isFinished, false)
        step(machine.sent(), [2])
        step(machine.answered(2), "call 2")
        step(machine.isFinished, true)
    }

    @Test("An answer to a call that waits, or before Welcome, breaks the protocol")
    func unexpectedAnswer() {
        var machine = Client.opened(inFlight: 1)
        machine.submit(1)
        guard case .protocolError = machine.responseReceived(id: 1, more: false) else {
            Issue.record("an answer to a call that was never sent was taken")
            return
        }
        var early = Client()
        step(early.timeReached(0), .connect)
        step(early.connected(at: 0), .sendHello(version: 1))
        guard case .protocolError = early.responseReceived(id: 1, more: false) else {
            Issue.record("an answer before Welcome was taken")
            return
        }
    }

    @Test("A call with more answers to come stays in flight")
    func parts() {
        var machine = Client.opened()
        machine.submit(1)
        step(machine.sent(), [1])
        guard case .part("call 1") = machine.responseReceived(id: 1, more: true) else {
            Issue.record("a part was not taken as one")
            return
        }
        step(machine.answered(1), "call 1")
    }

    @Test(
        "A Welcome that cannot be meant breaks the protocol",
        arguments: [
            (version: UInt32(0), bytes: UInt32(1), inFlight: UInt32(1)), (2, 1, 1), (1, 0, 1), (1, 1, 0),
        ])
    func badWelcome(version: UInt32, bytes: UInt32, inFlight: UInt32) {
        var machine = Client()
        step(machine.timeReached(0), .connect)
        step(machine.connected(at: 0), .sendHello(version: 1))
        step(
            machine.welcomeReceived(version: version, maximumMessageBytes: bytes, maximumInFlight: inFlight),
            .protocolError)
    }

    @Test("No Welcome makes the client hold frames of more than 64 MiB")
    func hugeWelcome() {
        var machine = Client()
        step(machine.timeReached(0), .connect)
        step(machine.connected(at: 0), .sendHello(version: 1))
        step(
            machine.welcomeReceived(version: 1, maximumMessageBytes: .max, maximumInFlight: 1),
            .open(maximumFrameBytes: 64 << 20))
    }
}

@Suite("ClientConnectionMachine: silence")
struct ClientConnectionSilenceTests {
    @Test("A connection that is not made in time is given up")
    func connectTimeout() {
        var machine = Client()
        step(machine.timeReached(0), .connect)
        step(machine.timeReached(seconds(9.9)), .none)
        step(machine.timeReached(seconds(10)), .close(.connection))
    }

    @Test("A server that does not say Welcome is given up")
    func welcomeTimeout() {
        var machine = Client()
        step(machine.timeReached(0), .connect)
        step(machine.connected(at: seconds(1)), .sendHello(version: 1))
        step(machine.nextWakeUp, seconds(6))
        step(machine.timeReached(seconds(6)), .close(.welcome))
    }

    @Test("With a call in flight and nothing heard it pings, and without an answer gives up")
    func deadPeer() {
        var machine = Client.opened()
        machine.submit(1, until: 100)
        step(machine.sent(), [1])
        step(machine.nextWakeUp, seconds(15))
        step(machine.timeReached(seconds(14)), .none)
        step(machine.timeReached(seconds(15)), .sendPing(token: 1))
        step(machine.timeReached(seconds(16)), .none)
        step(machine.nextWakeUp, seconds(25))
        step(machine.timeReached(seconds(25)), .close(.pong))
    }

    @Test("Any bytes are a sign of life")
    func livingPeer() {
        var machine = Client.opened()
        machine.submit(1, until: 100)
        step(machine.sent(), [1])
        step(machine.timeReached(seconds(15)), .sendPing(token: 1))
        machine.bytesReceived(at: seconds(16))
        step(machine.timeReached(seconds(30)), .none)
        step(machine.timeReached(seconds(31)), .sendPing(token: 2))
    }

    @Test("Without calls in flight it stays quiet, and the first call after a long while is accompanied by a ping")
    func idle() {
        var machine = Client.opened()
        step(machine.timeReached(seconds(500)), .none)
        step(machine.nextWakeUp, .max)
        machine.submit(1, until: 600)
        step(machine.sent(at: seconds(500)), [1])
        step(machine.timeReached(seconds(500)), .sendPing(token: 1))
    }
}
