internal import AgentdCore
internal import Logging
internal import Messages
internal import MetricsTestKit
internal import NIOEmbedded
internal import Services
internal import Synchronization
import Testing

@testable internal import Listening

@Suite("CallRunner", .timeLimit(.minutes(1)))
struct CallRunnerTests {
    /// Takes notes of what it is asked, and answers at once.
    private final class Handler: CallHandler {
        struct Backlog: Equatable {
            let held: Int
            let own: Int
        }

        let answered = Mutex(0)
        let backlogs = Mutex<[Backlog]>([])

        func method(_ path: UnsafeRawBufferPointer) -> CallMethod? { nil }

        func answer(_ call: InboundCall) async throws(ServiceError) -> EncodedMessage? {
            answered.withLock { $0 += 1 }
            return nil
        }

        func refusal(of call: ObservedCall, headers: CallHeaders, held: Int, own: Int) -> ServiceError? {
            backlogs.withLock { $0.append(Backlog(held: held, own: own)) }
            return nil
        }
    }

    private final class Owner: CallOwner {
        var answersPileUp = false
        var ended = 0

        func callEnded(_ call: RunningCall, with result: Result<EncodedMessage?, ServiceError>) { ended += 1 }
        func send(_ message: EncodedMessage, of call: RunningCall) {}
        func isHeldUp(_ call: RunningCall) -> Bool { false }
    }

    private let handler = Handler()
    private let owner = Owner()
    private let eventLoop = EmbeddedEventLoop()
    private let loop: ServerLoop

    init() {
        let log = CallLog(logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, mode: .off)
        loop = ServerLoop(
            eventLoop, handler: handler, observer: CallObserver(log: log, metrics: TestMetrics()),
            limits: WireLimits())
    }

    private func enqueue(_ id: UInt64, to runner: CallRunner) -> RunningCall {
        let arena = loop.arenas.take()
        let observed = observed(id)
        let call = RunningCall(id: id, observed: observed, messageBytes: 0, arena: arena)
        let inbound = InboundCall(
            observed: observed, headers: CallHeaders(HeaderList()), payload: MessagePayload(copying: [], into: arena),
            arena: arena, deadline: .never)
        runner.enqueue(call, inbound)
        return call
    }

    private func observed(_ id: UInt64) -> ObservedCall {
        ObservedCall(
            path: "/test/\(id)", method: nil, callID: .given("\(id)"),
            origin: CallOrigin(door: .framed, peer: "127.0.0.1:1"), startedAt: 0)
    }

    @Test("A call that needs a task begins before the next one is looked at")
    func beginsAtOnce() {
        let runner = CallRunner(loop: loop, limits: WireLimits())
        runner.serve(owner)
        _ = enqueue(1, to: runner)
        #expect(handler.answered.withLock { $0 } == 0)
        runner.goOn()
        #expect(handler.answered.withLock { $0 } == 1)
        #expect(owner.ended == 1)
        runner.leave()
    }

    @Test("Whoever judges a call knows what is held back, and what its connection has that somebody waits for")
    func backlog() {
        let runner = CallRunner(loop: loop, limits: WireLimits())
        let other = CallRunner(loop: loop, limits: WireLimits())
        runner.serve(owner)
        other.serve(owner)
        owner.answersPileUp = true
        let calls = (1...3).map { enqueue($0, to: runner) }
        _ = enqueue(4, to: other)
        other.goOn()
        calls[0].abandon()
        _ = runner.refusal(of: observed(5), headers: CallHeaders(HeaderList()))
        owner.answersPileUp = false
        runner.goOn()
        other.goOn()
        _ = runner.refusal(of: observed(6), headers: CallHeaders(HeaderList()))
        #expect(
            handler.backlogs.withLock { $0 } == [Handler.Backlog(held: 4, own: 2), Handler.Backlog(held: 0, own: 0)])
        // The one that was abandoned never ran.
        #expect(owner.ended == 3)
        runner.leave()
        other.leave()
    }
}
