internal import AgentdCore
package import Messages
internal import NIOCore
internal import Synchronization

/// A client of agentd: a method for every RPC, over one connection that carries many calls at once.
///
/// It connects with the first call, and again when a connection has ended. Failures that are safe to try again are,
/// within the time of the call. A task that is cancelled gives its call up, here and at the daemon. Use one client for
/// many tasks.
///
///     let client = AgentdClient(configuration: try .init(address: "127.0.0.1:50051", token: key))
///     let agent = try await client.getAgent(id: 42)
///     await client.close()
///
/// Every method throws `AgentdError` and nothing else.
public final class AgentdClient: Sendable {
    let configuration: Configuration
    private let slots: [ConnectionSlot]
    private let turn = Atomic<Int>(0)

    /// Does not connect yet.
    /// - Parameter configuration: Where the daemon is, who calls, and how patient the client is.
    public init(configuration: Configuration) {
        self.configuration = configuration
        slots = (0..<max(configuration.connections, 1)).map { _ in ConnectionSlot(configuration: configuration) }
    }

    deinit {
        for slot in slots { _ = slot.close() }
    }

    /// Takes no further calls, waits until those in flight are answered, and disconnects. What is watched ends.
    public func close() async {
        for connection in slots.compactMap({ $0.close() }) { await connection.closed() }
    }

    /// Where it connects to, for messages.
    package var address: String { configuration.address }

    /// Makes a call: encodes, sends, tries again what is safe to try again, and decodes. Every typed method goes
    /// through here.
    /// - Parameters:
    ///   - method: The path, such as `/agentd.v1.AgentService/GetAgent`.
    ///   - kind: What may be tried again.
    package func call<Request: EncodableMessage, Answer: DecodableMessage>(
        _ method: String, _ request: Request, answer: Answer.Type = Answer.self, kind: CallKind,
        options: CallOptions = .standard
    ) async throws(AgentdError) -> Answer {
        let message = request.encoded()
        let headers = options.headers
        let now = NIODeadline.now().uptimeNanoseconds
        let deadline = Deadline(uptimeNanoseconds: now + (options.timeout ?? configuration.timeout).wholeNanoseconds)
        var attempt = 1
        while true {
            let failure: AttemptFailure
            switch await self.attempt(method: method, headers: headers, message: message, deadline: deadline) {
            case .answered(let response) where response.code == StatusCode.ok.rawValue:
                return try Self.read(response)
            case .answered(let response): failure = .answered(AgentdError(response))
            case .failed(let reason): failure = reason
            }
            try await waitForRetry(after: failure, of: kind, attempt: attempt, deadline: deadline)
            attempt += 1
        }
    }

    /// Returns when the next attempt may be made.
    /// - Throws: The failure, when there is to be none.
    func waitForRetry(
        after failure: AttemptFailure, of kind: CallKind, attempt: Int, deadline: Deadline
    ) async throws(AgentdError) {
        let verdict = configuration.retries.verdict(
            on: failure, of: kind, attempt: attempt, remainingNanoseconds: deadline.remainingNanoseconds,
            chance: Double.random(in: 0...1))
        switch verdict {
        case .fail(let error): throw error
        case .retry(let wait): try await Self.wait(wait)
        }
    }

    /// The connection whose turn it is; nil when the client is closed.
    func nextConnection() -> Connection? {
        let index = turn.wrappingAdd(1, ordering: .relaxed).oldValue & .max
        return slots[index % slots.count].connection()
    }

    private func attempt(
        method: String, headers: [Header], message: [UInt8], deadline: Deadline
    ) async -> AttemptOutcome {
        guard let connection = nextConnection() else { return .failed(.final(.clientClosed)) }
        return await connection.attempt(method: method, headers: headers, message: message, deadline: deadline)
    }

    static func read<Answer: DecodableMessage>(_ response: ServerFrame.Response) throws(AgentdError) -> Answer {
        do {
            return try Answer(decoding: response.message)
        } catch {
            throw AgentdError.unreadableAnswer(error, requestID: response.requestID)
        }
    }

    private static func wait(_ nanoseconds: UInt64) async throws(AgentdError) {
        do {
            if nanoseconds > 0 { try await Task.sleep(nanoseconds: nanoseconds) }
        } catch {
            throw AgentdError(.cancelled, "The call was given up while it waited to be tried again.")
        }
    }
}

extension Deadline {
    fileprivate var remainingNanoseconds: UInt64 {
        let now = NIODeadline.now().uptimeNanoseconds
        return uptimeNanoseconds - min(now, uptimeNanoseconds)
    }
}
