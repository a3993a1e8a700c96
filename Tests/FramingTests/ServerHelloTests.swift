internal import FramedListener
internal import Framing
internal import Testing

@Suite("ServerConnectionMachine: Hello")
struct ServerHelloTests {
    @Test("Hello is welcomed with the version that both speak", arguments: [1, 2, UInt32.max])
    func version(offered: UInt32) {
        var machine = Machine()
        step(machine.helloReceived(version: offered, headerBytes: 0, at: 0), .welcome(version: 1))
    }

    @Test("Version 0 does not exist")
    func versionZero() {
        var machine = Machine()
        step(machine.helloReceived(version: 0, headerBytes: 0, at: 0), .goAway(.versionUnsupported, lastID: 0))
        step(machine.readsInput, false)
    }

    @Test("Headers of Hello have the limit of those of a request")
    func headers() {
        var within = Machine()
        step(within.helloReceived(version: 1, headerBytes: 100, at: 0), .welcome(version: 1))
        var over = Machine()
        step(over.helloReceived(version: 1, headerBytes: 101, at: 0), .goAway(.headersTooLarge, lastID: 0))
    }

    @Test("A second Hello ends the connection, and what runs is answered")
    func second() {
        var machine = Machine()
        step(machine.helloReceived(version: 1, headerBytes: 0, at: 0), .welcome(version: 1))
        step(machine.request(4), .dispatch(bySecond: 30))
        step(machine.helloReceived(version: 1, headerBytes: 0, at: 0), .goAway(.helloNotFirst, lastID: 4))
        step(machine.isFinished, false)
        step(machine.answered(id: 4, at: 0), true)
        step(machine.isFinished, true)
    }

    @Test("A Hello after any other frame ends the connection", arguments: ["request", "cancel", "ping"])
    func late(first: String) {
        var machine = Machine()
        switch first {
        case "request": step(machine.request(1), .dispatch(bySecond: 30))
        case "cancel": step(machine.cancelReceived(id: 1, at: 0), nil)
        default: step(machine.pingReceived(at: 0), .pong)
        }
        let lastID: UInt64 = first == "request" ? 1 : 0
        step(machine.helloReceived(version: 1, headerBytes: 0, at: 0), .goAway(.helloNotFirst, lastID: lastID))
    }

    @Test("Without Hello the first request opens the connection")
    func withoutHello() {
        var machine = Machine()
        step(machine.request(1), .dispatch(bySecond: 30))
        step(machine.timeReached(seconds(11)), .none)
    }
}
