import Testing

@testable internal import GRPCListener

@Suite("Flood guard") struct FloodGuardTests {
    private static let second: UInt64 = 1_000_000_000

    private func frame(_ type: UInt8, length: Int = 8, flags: UInt8 = 0) -> FrameScanner.FrameHeader {
        FrameScanner.FrameHeader(length: length, type: type, flags: flags)
    }

    @Test(
        "Frames that ask for nothing are too many at some point",
        arguments: [
            (2, 5), (4, 0), (6, 8), (8, 4), (0, 0), (0, 1), (99, 0), (7, 8), (9, 10),
        ] as [(UInt8, Int)])
    func floods(type: UInt8, length: Int) {
        var floods = FloodGuard(callsInFlight: 100, at: 0)
        for _ in 0..<2_000 { floods.frameReceived(frame(type, length: length)) }
        #expect(!floods.isExceeded)
        floods.frameReceived(frame(type, length: length))
        #expect(floods.isExceeded)
    }

    @Test("A client may give up all its calls at once, twice, and not for ever") func resets() {
        var floods = FloodGuard(callsInFlight: 100, at: 0)
        for _ in 0..<200 {
            floods.frameReceived(frame(1))
            floods.callBegan()
            floods.frameReceived(frame(3, length: 4))
        }
        #expect(!floods.isExceeded)
        floods.frameReceived(frame(3, length: 4))
        #expect(floods.isExceeded)
    }

    @Test("A client that works is never stopped, however often it opens its windows") func work() {
        var floods = FloodGuard(callsInFlight: 100, at: 0)
        for _ in 0..<100_000 {
            floods.frameReceived(frame(1))
            floods.callBegan()
            for _ in 0..<4 { floods.frameReceived(frame(8, length: 4)) }
            floods.frameReceived(frame(3, length: 4))
            floods.callAnswered()
        }
        #expect(!floods.isExceeded)
    }

    @Test("Large answers pay for the windows that they need") func data() {
        var floods = FloodGuard(callsInFlight: 100, at: 0)
        for _ in 0..<100_000 {
            floods.dataSent()
            for _ in 0..<2 { floods.frameReceived(frame(8, length: 4)) }
        }
        #expect(!floods.isExceeded)
    }

    @Test("Time pays too: a ping a second goes on for ever") func time() {
        var floods = FloodGuard(callsInFlight: 1, at: 0)
        for second in 1...100_000 {
            floods.timePassed(to: UInt64(second) * Self.second)
            for _ in 0..<50 { floods.frameReceived(frame(6)) }
        }
        #expect(!floods.isExceeded)
    }

    @Test("Data that is worth its frame is no flood") func worthwhile() {
        var floods = FloodGuard(callsInFlight: 1, at: 0)
        for _ in 0..<100_000 { floods.frameReceived(frame(0, length: 64)) }
        for _ in 0..<100_000 { floods.frameReceived(frame(0, length: 0, flags: 1)) }
        #expect(!floods.isExceeded)
    }
}
