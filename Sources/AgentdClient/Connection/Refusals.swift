internal import AgentdCore
internal import Framing

/// What a connection answers by itself, without the server.
extension AgentdError {
    static var connectionEnding: AgentdError {
        AgentdError(.connectionLost, "The connection takes no calls any more.")
    }

    static var clientClosed: AgentdError { AgentdError(.cancelled, "The client is closed.") }

    static func tooManyWaiting(_ limit: Int) -> AgentdError {
        AgentdError(
            .inFlightLimit,
            "\(limit) calls wait for this connection already. Make fewer at once, or use more connections.")
    }

    static func messageTooLarge(_ size: Int, limit: Int) -> AgentdError {
        AgentdError(.messageTooLarge, "The request takes \(size) bytes, the daemon's limit is \(limit).")
    }
}

extension AttemptFailure {
    /// Of a call that was not sent before the connection ended.
    static func connectionEnded(_ error: AgentdError) -> AttemptFailure {
        error.isLasting ? .final(error) : .notExecuted(error)
    }

    /// Of the calls that the server has not executed, because it ended the connection.
    static func goAway(_ name: String, from address: String) -> AttemptFailure {
        let text = "\(address) ended the connection: \(name)."
        switch GoAwayReason(rawValue: name) {
        // The same would happen again.
        case .headersTooLarge: return .final(AgentdError(.headersTooLarge, text))
        case .headerInvalid: return .final(AgentdError(.headerInvalid, text))
        case .versionUnsupported:
            return .final(
                AgentdError(.methodUnknown, "\(text) Use an agentctl or AgentdClient of the daemon's version."))
        case .draining: return .notExecuted(AgentdError(.draining, text))
        case .compressionUnsupported, .frameFlagsInvalid, .frameTooLarge, .frameMalformed, .frameUnknown,
            .helloNotFirst, .requestIDZero, .requestIDDuplicate, .firstFrameTimeout, .frameTimeout, .flood, .idle,
            .connectionLimit, nil:
            return .notExecuted(AgentdError(.connectionLost, text))
        }
    }
}

extension AgentdError {
    /// Whether the next connection would fail in the same way.
    fileprivate var isLasting: Bool {
        switch connectionFailure {
        case .encrypted, .notEncrypted, .certificateNotTrusted, .certificateOfAnotherName, .clientCertificateRequired,
            .clientCertificateRefused:
            true
        case .unreachable, .handshakeFailed, nil: false
        }
    }
}
