package import AgentdCore
internal import LoopExecutor
package import Messages
internal import NIOCore
package import Services

/// A connection as its calls see it: where their answers go.
package protocol CallOwner: AnyObject {
    /// Whether answers pile up because the client does not read them, so that no further call is to start.
    var answersPileUp: Bool { get }
    /// The call has ended. Its memory is taken back when this returns.
    func callEnded(_ call: RunningCall, with result: Result<EncodedMessage?, ServiceError>)
    /// One message of a stream that is not abandoned.
    func send(_ message: EncodedMessage, of call: RunningCall)
    /// Whether the client has not taken enough of the stream yet.
    func isHeldUp(_ call: RunningCall) -> Bool
}

/// Runs the calls of one connection as tasks on its event loop, so many at a time.
///
/// Unchecked: it is confined to its connection's event loop; the tasks of the calls run on that loop too.
package final class CallRunner: @unchecked Sendable {
    /// Messages of calls in flight that a connection may hold, as a multiple of the longest message, before its
    /// requests are no longer read.
    private static let heldMessages = 8
    /// Tasks of calls that a connection may have, as a multiple of its calls in flight, before its requests are no
    /// longer read: a call that was cancelled is not in flight any more, but its task needs a moment to end.
    private static let unfinishedFactor = 2

    private let loop: ServerLoop
    private let limits: WireLimits
    /// From `serve` to `leave`.
    private var owner: (any CallOwner)?
    private let queue = CallQueue()
    /// Bytes of the messages of its calls that have not ended.
    package private(set) var bufferedBytes = 0
    private var blocked: [RunningCall] = []
    private var isStarting = false
    /// Calls that wait here, as the metrics have it.
    private var heldBack = 0

    package init(loop: ServerLoop, limits: WireLimits) {
        self.loop = loop
        self.limits = limits
    }

    /// Before anything else.
    package func serve(_ owner: any CallOwner) { self.owner = owner }

    /// The connection is gone, and hears of none of its calls any more. After everything else.
    package func leave() {
        owner = nil
        tellHeldBack()
    }

    /// Whether the messages of its calls leave room for another one; for a door whose protocol does not bound them.
    package var hasRoomForMessage: Bool { bufferedBytes < Self.heldMessages * limits.messageBytes }

    /// Whether another call may come: those that were given up end by themselves, but not at once.
    package var hasRoomForCall: Bool { queue.count < Self.unfinishedFactor * limits.callsInFlight }

    /// Why a call is refused that has just come; nil when it is to be run.
    package func refusal(of call: ObservedCall, headers: CallHeaders) -> ServiceError? {
        loop.handler.refusal(of: call, headers: headers, own: queue.running, queue.isFull ? .ahead : .none)
    }

    /// Runs a call after the next `goOn`. What is abandoned until then has cost next to nothing.
    package func enqueue(_ call: RunningCall, _ inbound: InboundCall) {
        bufferedBytes += call.messageBytes
        call.inbound = inbound
        call.handler = loop.handler
        call.runner = self
        call.wasHeld = !queue.noneWaits
        if queue.isFull { hold(call) }
        queue.append(call)
    }

    /// Starts the calls that may run, and lets streams go on.
    package func goOn() {
        // A call that ends while it is started asks for the next one: that is started here, and not on top of it.
        guard !isStarting, !queue.noneWaits || !blocked.isEmpty else { return }
        isStarting = true
        while let next = queue.next(holdBack: owner?.answersPileUp ?? true) {
            if next.isAbandoned { release(next) } else { judgeAndStart(next) }
        }
        queue.first?.wasHeld = true
        isStarting = false
        tellHeldBack()
        unblock()
    }

    private func tellHeldBack() {
        let waiting = queue.waitingCount
        guard waiting != heldBack else { return }
        loop.observer.heldBack(more: waiting - heldBack)
        heldBack = waiting
    }

    /// Lets streams go on whose clients have taken enough.
    private func unblock() {
        guard !blocked.isEmpty, let owner else { return }
        let ready = blocked.filter { $0.isAbandoned || !owner.isHeldUp($0) }
        guard !ready.isEmpty else { return }
        blocked.removeAll { call in ready.contains { $0 === call } }
        for call in ready { call.resumeSender() }
    }

    private func hold(_ call: RunningCall) {
        call.isHeld = true
        call.handler?.hold(call.observed)
    }

    /// It begins, or nobody waits for it any more.
    func endHold(_ call: RunningCall) {
        guard call.isHeld else { return }
        call.isHeld = false
        call.handler?.endHold(call.observed)
    }

    /// What has waited here may have to be refused now.
    private func judgeAndStart(_ call: RunningCall) {
        endHold(call)
        guard call.wasHeld, let headers = call.inbound?.headers,
            let error = call.handler?.refusal(of: call.observed, headers: headers, own: queue.running, .over)
        else { return start(call) }
        ended(call, with: .failure(error))
    }

    private func start(_ call: RunningCall) {
        guard let inbound = call.inbound, let handler = call.handler else {
            preconditionFailure("A call starts that was not enqueued.")
        }
        if let started = handler.begin(inbound, for: call) {
            call.runs(as: started)
        } else {
            startTask(call, inbound, handler)
        }
    }

    /// The task of a call stays on this event loop. It begins at once and not with the next turn, so that whoever comes
    /// next is admitted or refused knowing of it.
    private func startTask(_ call: RunningCall, _ inbound: InboundCall, _ handler: any CallHandler) {
        let running = NIOLoopBound(call, eventLoop: loop.executor.eventLoop)
        if call.isStream {
            inbound.sender = { (message) throws(ServiceError) in try await self.send(message, of: running.value) }
        }
        let task = Task.immediate(executorPreference: loop.executor) {
            let result: Result<EncodedMessage?, ServiceError>
            do throws(ServiceError) {
                result = .success(try await handler.answer(inbound))
            } catch {
                result = .failure(error)
            }
            self.ended(running.value, with: result)
        }
        call.runs(in: task)
    }

    func ended(_ call: RunningCall, with result: Result<EncodedMessage?, ServiceError>) {
        owner?.callEnded(call, with: result)
        release(call)
        // Whoever abandons calls goes on when it is done with all of them.
        if !call.isAbandoned { goOn() }
        loop.handler.goOn()
    }

    private func send(_ message: EncodedMessage, of call: RunningCall) async throws(ServiceError) {
        guard !call.isAbandoned, let owner else { throw .cancelled }
        owner.send(message, of: call)
        while !call.isAbandoned, owner.isHeldUp(call) {
            blocked.append(call)
            await call.blockSender()
        }
    }

    /// Nobody uses the memory of a call any more.
    private func release(_ call: RunningCall) {
        queue.ended(call)
        endHold(call)
        call.runner = nil
        // It holds the call, and the call holds it.
        call.inbound?.sender = nil
        bufferedBytes -= call.messageBytes
        loop.arenas.giveBack(call.arena)
    }
}
