internal import Listening
internal import NIOCore
internal import NIOEmbedded
internal import Testing

@Suite("Wake-up") struct WakeUpTests {
    private let loop = EmbeddedEventLoop()

    private func pass(to time: UInt64) { loop.advanceTime(to: .uptimeNanoseconds(time)) }

    @Test("It is moved to an earlier time, and not to a later one") func moved() {
        var wakeUp = WakeUp()
        var called: [String] = []
        #expect(wakeUp.time == .max)
        wakeUp.schedule(at: .max, on: loop) { called.append("never") }
        wakeUp.schedule(at: 30, on: loop) { called.append("first") }
        wakeUp.schedule(at: 40, on: loop) { called.append("later") }
        #expect(wakeUp.time == 30)
        wakeUp.schedule(at: 20, on: loop) { called.append("earlier") }
        #expect(wakeUp.time == 20)
        pass(to: 50)
        #expect(called == ["earlier"])
    }

    @Test("When it has come, or is not wanted any more, it can be set again") func cleared() {
        var wakeUp = WakeUp()
        var called: [String] = []
        wakeUp.schedule(at: 10, on: loop) { called.append("first") }
        pass(to: 20)
        wakeUp.clear()
        #expect(wakeUp.time == .max)
        wakeUp.schedule(at: 30, on: loop) { called.append("unwanted") }
        wakeUp.clear()
        wakeUp.schedule(at: 40, on: loop) { called.append("second") }
        pass(to: 50)
        #expect(called == ["first", "second"])
    }
}
