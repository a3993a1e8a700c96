package import AgentdCore
package import Logging
internal import Synchronization

/// Writes one line for each call that has ended, when it is asked to, and warns when the database does not keep up. All
/// event loops use the same.
package final class CallLog: Sendable {
    /// Between two warnings of one reason.
    private static let quietNanoseconds: UInt64 = 60_000_000_000

    /// Of calls that were refused for one reason.
    private struct Warning {
        var next: UInt64 = 0
        /// Since the last one.
        var refused = 0
    }

    /// With everything that can be known of a call.
    private static let mostFields = 15

    private let logger: Logger
    private let modeCode: Atomic<UInt8>
    private let warnings = Mutex<[Reason: Warning]>([:])

    package init(logger: Logger, mode: CallLogMode) {
        self.logger = logger
        modeCode = Atomic(Self.code(of: mode))
    }

    /// Which calls get a line. It can be changed while calls are served.
    package var mode: CallLogMode {
        get {
            switch modeCode.load(ordering: .relaxed) {
            case 0: .off
            case 1: .failed
            default: .all
            }
        }
        set { modeCode.store(Self.code(of: newValue), ordering: .relaxed) }
    }

    private static func code(of mode: CallLogMode) -> UInt8 {
        switch mode {
        case .off: 0
        case .failed: 1
        case .all: 2
        }
    }

    /// A call was refused because the database does not keep up: the first is warned of, and then once in a while how
    /// many have followed.
    /// - Parameter now: Of the monotonic clock, in nanoseconds.
    func refused(for reason: Reason, at now: UInt64) {
        let refused = warnings.withLock { warnings -> Int? in
            warnings[reason, default: Warning()].refused += 1
            guard let warning = warnings[reason], now >= warning.next else { return nil }
            warnings[reason] = Warning(next: now + Self.quietNanoseconds)
            return warning.refused
        }
        guard let refused else { return }
        logger.warning(
            "Calls were refused: more are asked for than the database answers",
            metadata: ["reason": "\(reason.rawValue)", "count": .stringConvertible(refused)])
    }

    func ended(_ call: ObservedCall, _ code: StatusCode, _ reason: Reason?, nanoseconds: UInt64) {
        switch mode {
        case .off: return
        case .failed: if code == .ok { return }
        case .all: break
        }
        logger.info("call", metadata: Self.metadata(of: call, code, reason, nanoseconds: nanoseconds))
    }

    private static func metadata(
        of call: ObservedCall, _ code: StatusCode, _ reason: Reason?, nanoseconds: UInt64
    ) -> Logger.Metadata {
        var metadata = call.metadata
        metadata.reserveCapacity(mostFields)
        metadata["door"] = .string(call.origin.door.rawValue)
        metadata["peer"] = .string(call.origin.peer)
        metadata["code"] = .string(code.name)
        if let reason { metadata["reason"] = .string(reason.rawValue) }
        if let caller = call.caller {
            metadata["tenant"] = .string(caller.tenantID.description)
            metadata["principal"] = .string(String(caller.userID))
            metadata["token_id"] = .string(caller.principal.tokenID)
            if !caller.isAtHome {
                metadata["principal_tenant"] = .string(caller.principal.tenantID.description)
            }
        }
        metadata["duration_ms"] = .stringConvertible(Double(nanoseconds / 1_000) / 1_000)
        metadata["request_bytes"] = .stringConvertible(call.requestBytes)
        metadata["response_bytes"] = .stringConvertible(call.responseBytes)
        return metadata
    }
}
