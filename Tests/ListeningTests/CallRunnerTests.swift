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
        let answered = Mutex(0)
        /// Paths of those calls.
        let begun = Mutex<[String]>([])
        /// Of each call that was judged: its path, and how many others ran.
        let judged = Mutex<[String]>([])
        /// Whether it answers nothing for now.
        let isPatient = Mutex(false)
        /// Paths of the calls that are held.
        let held = Mutex<[String]>([])
        /// What all are told.
        let refusal = Mutex<ServiceError?>(nil)

        func method(_ path: UnsafeRawBufferPointer) -> CallMethod? { nil }

        func answer(_ call: InboundCall) async throws(ServiceError) -> EncodedMessage? {
            answered.withLock { $0 += 1 }
            begun.withLock { $0.append(call.path) }
            if isPatient.withLock({ $0 }) { await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in } }
            return nil
        }

        func refusal(of call: ObservedCall, headers: CallHeaders, own: Int, _ hold: Hold) -> ServiceError? {
            judged.withLock { $0.append("\(call.path) beside \(own), hold: \(hold)") }
            return refusal.withLock { $0 }
        }

        func hold(_ call: ObservedCall) { held.withLock { $0.append(call.path) } }

        func endHold(_ call: ObservedCall) { held.withLock { $0.removeAll { $0 == call.path } } }
    }

    private final class Owner: CallOwner {
        var answersPileUp = false
        var ended = 0
        var refused: [UInt64] = []

        func callEnded(_ call: RunningCall, with result: Result<EncodedMessage?, ServiceError>) {
            ended += 1
            if case .failure = result { refused.append(call.id) }
        }
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

    private func enqueue(_ id: UInt64, of tenant: TenantID? = nil, to runner: CallRunner) -> RunningCall {
        let arena = loop.arenas.take()
        let observed = observed(id)
        observed.line = tenant.map { CallLine(tenant: $0, weight: 1) }
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

    @Test("A call that was held back is judged again when it could begin, and others are not")
    func heldCalls() {
        let runner = CallRunner(loop: loop, limits: WireLimits())
        runner.serve(owner)
        _ = enqueue(1, to: runner)
        runner.goOn()
        owner.answersPileUp = true
        _ = enqueue(2, to: runner)
        let given = enqueue(3, to: runner)
        _ = enqueue(4, to: runner)
        runner.goOn()
        given.abandon()
        #expect(handler.judged.withLock { $0 } == [])
        handler.refusal.withLock { $0 = .cancelled }
        owner.answersPileUp = false
        runner.goOn()
        #expect(handler.judged.withLock { $0 } == ["/test/2 beside 1, hold: over", "/test/4 beside 1, hold: over"])
        #expect(owner.refused == [2, 4])
        #expect(handler.answered.withLock { $0 } == 1)
        // The one that was abandoned is not answered twice.
        #expect(owner.ended == 3)
        runner.leave()
    }

    @Test("Whoever judges a call is told when it could not begin, since as many of its connection run as may")
    func fullConnection() {
        let runner = CallRunner(loop: loop, limits: WireLimits())
        runner.serve(owner)
        handler.isPatient.withLock { $0 = true }
        let first = enqueue(1, to: runner)
        for id in 2...128 as ClosedRange<UInt64> { _ = enqueue(id, to: runner) }
        runner.goOn()
        _ = runner.refusal(of: observed(129), headers: CallHeaders(HeaderList()))
        #expect(handler.judged.withLock { $0.last } == "/test/129 beside 128, hold: ahead")
        #expect(handler.held.withLock { $0 } == [])
        // It takes the place of its share until it begins or is given up.
        let running = (129...131).map { enqueue($0, to: runner) }
        #expect(handler.held.withLock { $0 } == ["/test/129", "/test/130", "/test/131"])
        first.answered(with: .success(nil))
        #expect(handler.held.withLock { $0 } == ["/test/130", "/test/131"])
        running[2].abandon()
        #expect(handler.held.withLock { $0 } == ["/test/130"])
        running[1].abandon()
        runner.goOn()
        #expect(handler.held.withLock { $0 } == [])
        runner.leave()
    }

    @Test("Calls that came together count before they begin, also while answers pile up")
    func cameTogether() {
        for isHeldUp in [false, true] {
            let runner = CallRunner(loop: loop, limits: WireLimits())
            runner.serve(owner)
            handler.isPatient.withLock { $0 = true }
            for id in 1...100 as ClosedRange<UInt64> { _ = enqueue(id, to: runner) }
            runner.goOn()
            owner.answersPileUp = isHeldUp
            for id in 101...127 as ClosedRange<UInt64> { _ = enqueue(id, to: runner) }
            if isHeldUp { runner.goOn() }
            _ = runner.refusal(of: observed(128), headers: CallHeaders(HeaderList()))
            #expect(handler.judged.withLock { $0.last } == "/test/128 beside 100, hold: none")
            _ = enqueue(128, to: runner)
            _ = runner.refusal(of: observed(129), headers: CallHeaders(HeaderList()))
            #expect(handler.judged.withLock { $0.last } == "/test/129 beside 100, hold: ahead")
            #expect(handler.held.withLock { $0 } == [])
            let held = enqueue(129, to: runner)
            #expect(handler.held.withLock { $0 } == ["/test/129"])
            held.abandon()
            runner.leave()
        }
    }

    @Test("Who shares a connection with a noisy tenant does not wait behind all that it has asked")
    func noisyTenant() {
        let runner = CallRunner(loop: loop, limits: WireLimits())
        runner.serve(owner)
        handler.isPatient.withLock { $0 = true }
        let (noisy, quiet) = (TenantID(UUIDValue(high: 0, low: 1)), TenantID(UUIDValue(high: 0, low: 2)))
        let running = (1...4).map { enqueue($0, of: noisy, to: runner) }
        for id in 5...500 as ClosedRange<UInt64> { _ = enqueue(id, of: noisy, to: runner) }
        runner.goOn()
        _ = enqueue(501, of: quiet, to: runner)
        // Two of the noisy tenant's were next already.
        for call in running.prefix(3) { call.answered(with: .success(nil)) }
        #expect(handler.begun.withLock { Array($0.suffix(3)) } == ["/test/129", "/test/130", "/test/501"])
        runner.leave()
    }
}
