internal import AgentdCore
internal import Messages

/// Why a call failed, as the daemon said it or as this client found out.
public struct AgentdError: Error, Sendable, Equatable {
    /// What kind of failure it is.
    public let code: Code
    /// The exact reason, from agentd's closed vocabulary, such as `AGENT_NOT_FOUND`; empty when the answer gave none.
    public let reason: String
    /// A sentence for people.
    public let message: String
    /// The fields that are wrong, all of them.
    public let violations: [Violation]
    /// Which limits were reached, such as `max_agents`.
    public let limits: [String]
    /// When the daemon says that trying again makes sense: how long to wait before.
    public let retryDelay: Duration?
    /// `x-request-id` of the call, under which the daemon's log knows it; empty when there was no answer.
    public let requestID: String
    /// Why no connection could be made; nil when there was one. With a value the call never left this process.
    public let connectionFailure: ConnectionFailure?

    /// No connection could be made: the call never left this process.
    public var isConnectionFailure: Bool { connectionFailure != nil }

    /// Why no connection could be made.
    public enum ConnectionFailure: Sendable, Equatable {
        /// Nobody answers there, or who does is no daemon.
        case unreachable
        /// The connection is not encrypted, and the daemon takes encrypted ones only.
        case encrypted
        /// The connection was to be encrypted, and who answers does not do that.
        case notEncrypted
        /// No authority that is trusted has signed the daemon's certificate, or it is not valid at this time.
        case certificateNotTrusted
        /// The daemon's certificate is not for the name by which it was called.
        case certificateOfAnotherName
        /// The daemon asks for a certificate and was given none.
        case clientCertificateRequired
        /// The daemon does not accept the certificate of this client.
        case clientCertificateRefused
        /// TLS failed for another reason.
        case handshakeFailed
    }

    /// One wrong field: its path as in the request message, such as `agent.name`, and what it should be.
    public struct Violation: Sendable, Equatable {
        /// The path of the field.
        public let field: String
        /// What it should be.
        public let description: String
    }

    /// The canonical codes of gRPC, with their numbers on the wire.
    public enum Code: UInt32, Sendable, CaseIterable {
        /// The caller gave the call up.
        case cancelled = 1
        /// What became of the call is not known.
        case unknown = 2
        /// The request is wrong in itself.
        case invalidArgument = 3
        /// The caller's time was over first.
        case deadlineExceeded = 4
        /// There is no such thing, or the caller may not see it.
        case notFound = 5
        /// Something of that name is there already.
        case alreadyExists = 6
        /// The caller sees it and may not do this with it.
        case permissionDenied = 7
        /// A limit or quota is reached.
        case resourceExhausted = 8
        /// The state of things does not allow it.
        case failedPrecondition = 9
        /// Somebody else changed it at the same time.
        case aborted = 10
        /// Past the end.
        case outOfRange = 11
        /// The daemon does not know the method.
        case unimplemented = 12
        /// A bug in the daemon, or an answer that cannot be read.
        case `internal` = 13
        /// Not reachable at the moment.
        case unavailable = 14
        /// Data are lost.
        case dataLoss = 15
        /// Who calls is not known.
        case unauthenticated = 16

        /// The name that the gRPC documentation uses, such as `NOT_FOUND`.
        public var name: String { StatusCode(rawValue: rawValue)?.name ?? StatusCode.unknown.name }

        init(_ code: StatusCode) { self = Code(rawValue: code.rawValue) ?? .unknown }
    }

    init(
        code: Code, reason: String, message: String, violations: [Violation] = [], limits: [String] = [],
        retryDelay: Duration? = nil, requestID: String = "", connectionFailure: ConnectionFailure? = nil
    ) {
        self.code = code
        self.reason = reason
        self.message = message
        self.violations = violations
        self.limits = limits
        self.retryDelay = retryDelay
        self.requestID = requestID
        self.connectionFailure = connectionFailure
    }

    /// What this client found out by itself.
    init(_ reason: Reason, _ message: String, connectionFailure: ConnectionFailure? = nil) {
        self.init(
            code: Code(reason.code), reason: reason.rawValue, message: message,
            connectionFailure: connectionFailure)
    }
}

extension AgentdError: CustomStringConvertible {
    /// The code, the reason where it says more, and the message, then the wrong fields.
    public var description: String {
        "\(codeAndReason): \(message)" + violations.map { "; \($0.field): \($0.description)" }.joined()
    }

    /// The code, and the reason where it says more, such as `NOT_FOUND (AGENT_NOT_FOUND)`.
    public var codeAndReason: String {
        reason.isEmpty || reason == code.name ? code.name : "\(code.name) (\(reason))"
    }
}

extension AgentdError {
    /// An answer with a code other than 0.
    init(_ response: ServerFrame.Response) {
        let status = try? StatusMessage(decoding: response.details)
        self.init(
            code: Code(rawValue: response.code) ?? .unknown, reason: status?.reason ?? "", message: response.error,
            violations: status?.violations.map { Violation(field: $0.field, description: $0.description) } ?? [],
            limits: status?.quotaSubjects ?? [], retryDelay: status?.retryAfterMilliseconds.map { .milliseconds($0) },
            requestID: response.requestID)
    }

    /// Fields that the client refuses before anything is sent.
    static func fields(_ violations: [Violation]) -> AgentdError {
        let summary = violations.map { "\($0.field): \($0.description)" }.joined(separator: "; ")
        return AgentdError(
            code: .invalidArgument, reason: Reason.fieldInvalid.rawValue, message: summary, violations: violations)
    }

    /// An answer that does not keep to the schema.
    static func unreadableAnswer(_ cause: ServiceError, requestID: String) -> AgentdError {
        AgentdError(
            code: .internal, reason: Reason.messageInvalid.rawValue,
            message: "The daemon's answer cannot be read: \(cause.message)", requestID: requestID)
    }

    func has(_ reason: Reason) -> Bool { self.reason == reason.rawValue }
}

extension ServerFrame.Response {
    /// The value of the header `x-request-id`, empty when there is none.
    var requestID: String {
        headers.first { $0.key == "x-request-id" }.map { String(decoding: $0.value, as: UTF8.self) } ?? ""
    }
}
