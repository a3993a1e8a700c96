import AgentdCore
import Testing

@testable internal import GRPCListener

@Suite("Connection machine of the gRPC door") struct ConnectionMachineTests {
    private static let second: UInt64 = 1_000_000_000

    private func open() -> ConnectionMachine {
        var machine = ConnectionMachine(limits: WireLimits(), connectedAt: 0)
        machine.bytesReceived(isWithinFrame: false, isWithinHead: false, completedFrame: true, at: 0)
        return machine
    }

    @Test("The first frame must be complete within ten seconds, however many bytes come") func firstFrame() {
        var machine = ConnectionMachine(limits: WireLimits(), connectedAt: 0)
        for second in 1...9 {
            machine.bytesReceived(
                isWithinFrame: true, isWithinHead: false, completedFrame: false, at: UInt64(second) * Self.second)
        }
        #expect(machine.timeReached(9 * Self.second, hasStreams: false) == .none)
        #expect(machine.nextWakeUp(hasStreams: false) == 10 * Self.second)
        #expect(machine.timeReached(10 * Self.second, hasStreams: false) == .terminate(.firstFrameTimeout))
        #expect(machine.timeReached(11 * Self.second, hasStreams: false) == .close)
    }

    @Test("A frame that was begun must be complete within ten seconds") func frame() {
        var machine = open()
        machine.bytesReceived(isWithinFrame: true, isWithinHead: false, completedFrame: false, at: 5 * Self.second)
        machine.bytesReceived(isWithinFrame: true, isWithinHead: false, completedFrame: false, at: 14 * Self.second)
        #expect(machine.timeReached(14 * Self.second, hasStreams: true) == .none)
        #expect(machine.timeReached(15 * Self.second, hasStreams: true) == .terminate(.frameTimeout))
    }

    @Test("The head of a request must be complete within ten seconds, in however many frames") func head() {
        var machine = open()
        for second in 1...10 {
            machine.bytesReceived(
                isWithinFrame: false, isWithinHead: true, completedFrame: true, at: UInt64(second) * Self.second)
        }
        #expect(machine.timeReached(10 * Self.second, hasStreams: false) == .none)
        #expect(machine.timeReached(11 * Self.second, hasStreams: false) == .terminate(.frameTimeout))
    }

    @Test("What the server does not read is not the client's fault") func pause() {
        var machine = open()
        machine.bytesReceived(isWithinFrame: true, isWithinHead: false, completedFrame: false, at: 0)
        machine.readingChanged(isPaused: true, at: Self.second)
        #expect(machine.timeReached(60 * Self.second, hasStreams: true) == .none)
        machine.readingChanged(isPaused: false, at: 60 * Self.second)
        #expect(machine.timeReached(69 * Self.second, hasStreams: true) == .none)
        #expect(machine.timeReached(70 * Self.second, hasStreams: true) == .terminate(.frameTimeout))
    }

    @Test("A connection without streams is closed when it is silent for too long; with streams it is not") func idle() {
        var machine = open()
        #expect(machine.timeReached(10_000 * Self.second, hasStreams: true) == .none)
        #expect(machine.timeReached(599 * Self.second, hasStreams: false) == .none)
        #expect(machine.timeReached(600 * Self.second, hasStreams: false) == .terminate(.idle))
    }

    @Test("A stop is announced, then streams are refused, at the latest after a second") func drain() {
        var machine = open()
        #expect(machine.drainRequested(graceNanoseconds: 10 * Self.second, at: 0) == .announceShutdown)
        #expect(machine.drainRequested(graceNanoseconds: 10 * Self.second, at: 1) == .none)
        #expect(!machine.isDraining)
        #expect(machine.nextWakeUp(hasStreams: true) == Self.second)
        #expect(machine.timeReached(Self.second, hasStreams: true) == .refuseFurtherStreams)
        #expect(machine.isDraining)
        #expect(machine.shutdownHeard() == .none)
        #expect(machine.timeReached(9 * Self.second, hasStreams: true) == .none)
        #expect(machine.timeReached(10 * Self.second, hasStreams: true) == .close)
    }

    @Test("A client that answers is refused further streams at once") func drainHeard() {
        var machine = open()
        _ = machine.drainRequested(graceNanoseconds: 10 * Self.second, at: 0)
        #expect(machine.shutdownHeard() == .refuseFurtherStreams)
    }

    @Test("A client that reads nothing for a minute is closed") func unsent() {
        var machine = open()
        machine.unsentAnswersChanged(waiting: true, at: 0)
        machine.unsentAnswersChanged(waiting: true, at: 30 * Self.second)
        #expect(machine.timeReached(59 * Self.second, hasStreams: true) == .none)
        #expect(machine.timeReached(60 * Self.second, hasStreams: true) == .close)
    }

    @Test("Only the first end counts") func end() {
        var machine = open()
        #expect(machine.end(.flood, at: 0) == .terminate(.flood))
        #expect(machine.end(.idle, at: 1) == .none)
        #expect(!machine.readsInput)
    }
}
