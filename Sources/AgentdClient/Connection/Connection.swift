internal import AgentdCore
internal import Framing
internal import Logging
internal import Messages
internal import NIOCore

/// One connection as the tasks that make calls see it; usable before it is really there. `ConnectionDriver` does its
/// work on an event loop.
final class Connection: Sendable {
    private let commands = CommandQueue()
    private let eventLoop: any EventLoop
    private let driver: ConnectionDriver
    private let ended: EventLoopFuture<Void>

    /// How a connection ended.
    struct End: Sendable {
        /// Whether any call was answered on it.
        let answeredCalls: Bool
        /// What went wrong, nil when nothing did.
        let failure: String?
    }

    /// - Parameters:
    ///   - rest: How long to wait before connecting.
    ///   - earlierFailure: What went wrong with the connection before.
    ///   - onEnd: Called once, on the event loop.
    init(
        configuration: AgentdClient.Configuration, restNanoseconds rest: UInt64, earlierFailure: String?,
        onEnd: @escaping @Sendable (End) -> Void
    ) {
        eventLoop = configuration.eventLoopGroup.next()
        let promise = eventLoop.makePromise(of: Void.self)
        ended = promise.futureResult
        driver = ConnectionDriver(
            configuration: configuration, eventLoop: eventLoop, commands: commands, restNanoseconds: rest,
            earlierFailure: earlierFailure
        ) { end in
            onEnd(end)
            promise.succeed()
        }
        eventLoop.execute { [driver] in driver.start() }
    }

    /// Whether a call given to it now has a chance.
    var takesCalls: Bool { commands.takesCalls }

    /// Makes one attempt. Returns early with `CANCELLED` when the task is cancelled; the server is told.
    func attempt(method: String, headers: [Header], message: [UInt8], deadline: Deadline) async -> AttemptOutcome {
        let ticket = Ticket()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { completion in
                let call = PendingCall(
                    method: method, headers: headers, message: message, deadline: deadline,
                    receiver: .caller(completion))
                submit(call, ticket)
            }
        } onCancel: {
            if let id = ticket.cancel() { withdraw(id) }
        }
    }

    /// Makes one attempt of a call that is answered with a stream. Who ends the iteration, or its task, gives the call
    /// up; the server is told.
    func stream(method: String, headers: [Header], message: [UInt8], deadline: Deadline) -> Reception.Messages {
        let ticket = Ticket()
        let (reception, messages) = Reception.make { [self] in
            if let id = ticket.cancel() { withdraw(id) }
        }
        let call = PendingCall(
            method: method, headers: headers, message: message, deadline: deadline, receiver: .reader(reception))
        submit(call, ticket)
        return messages
    }

    private func submit(_ call: PendingCall, _ ticket: Ticket) {
        switch commands.submit(call) {
        case .taken(let id, let isWakeUpNeeded):
            if isWakeUpNeeded { wakeUp() }
            if ticket.issue(id) { withdraw(id) }
        case .refused(let failure): call.complete(.failed(failure))
        }
    }

    /// Takes no further calls and closes when the last one is answered. Streams end now.
    func finish() {
        commands.stopTakingCalls()
        if commands.add(.finish) { wakeUp() }
    }

    /// Waits until it has ended.
    func closed() async {
        // The promise is never failed.
        try? await ended.get()
    }

    private func withdraw(_ id: UInt64) {
        if commands.add(.withdraw(id: id)) { wakeUp() }
    }

    private func wakeUp() { eventLoop.execute { [driver] in driver.runCommands() } }
}
