package import AgentdCore
package import Messages
package import Services

/// A call in flight on a connection. Confined to the connection's event loop.
package final class RunningCall: AnswerReceiver {
    /// Its number on the connection.
    package let id: UInt64
    package let observed: ObservedCall
    /// Bytes of its message, which count against what the connection may hold.
    let messageBytes: Int
    /// Holds its request and its answer, and is used until its task has ended, whoever still waits for it.
    package let arena: Arena
    /// What it asks; nil until it waits to run.
    package internal(set) var inbound: InboundCall?
    /// The one that was asked whether there is such a method, also when another has taken its place since.
    var handler: (any CallHandler)?
    private var task: Task<Void, Never>?
    /// What runs instead of a task.
    private var started: StartedCall?
    /// Its caller has been answered: it was cancelled, or its deadline has passed.
    package private(set) var isAbandoned = false
    /// Waits until the client has taken what was sent before.
    private var blockedSender: CheckedContinuation<Void, Never>?

    package init(id: UInt64, observed: ObservedCall, messageBytes: Int, arena: Arena) {
        self.id = id
        self.observed = observed
        self.messageBytes = messageBytes
        self.arena = arena
    }

    /// `x-request-id` of the call.
    package var callID: CallID { observed.callID }

    /// Whether it goes on for as long as the client likes, and neither works nor waits for the database meanwhile.
    package var isStream: Bool { observed.isStream }

    /// Of a stream, where its door does not keep it elsewhere.
    package var place: OpenStreams.Place?

    /// Whether it waits, or has waited, for whatever reason.
    var wasHeld = false
    /// Whether its handler was told that it waits until fewer calls of its connection run.
    var isHeld = false

    /// The one that waits behind it in its line; `CallLines` alone sets it, and clears it when the call leaves.
    var behind: RunningCall?

    /// What runs it; until it has ended.
    var runner: CallRunner?

    package func answered(with answer: Result<EncodedMessage?, ServiceError>) { runner?.ended(self, with: answer) }

    func runs(in task: Task<Void, Never>) {
        self.task = task
        if isAbandoned { task.cancel() }
    }

    func runs(as started: StartedCall) {
        self.started = started
        if isAbandoned { started.cancel() }
    }

    package func abandon() {
        isAbandoned = true
        task?.cancel()
        started?.cancel()
        resumeSender()
        runner?.endHold(self)
    }

    /// Suspends its task until `resumeSender`.
    func blockSender(isolation: isolated (any Actor)? = #isolation) async {
        await withCheckedContinuation { blockedSender = $0 }
    }

    func resumeSender() {
        blockedSender?.resume()
        blockedSender = nil
    }
}
