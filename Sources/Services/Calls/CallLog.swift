package import AgentdCore
package import Logging
internal import Synchronization

/// Writes one line for each call that has ended, when it is asked to, and warns when calls are refused for want of the
/// database. All event loops use the same.
package final class CallLog: Sendable {
    /// With everything that can be known of a call.
    private static let mostFields = 15

    private let logger: Logger
    private let modeCode: Atomic<UInt8>
    private let refusals: RecurringWarnings<Reason, TenantID>

    /// - Parameter quiet: Between two warnings of calls that are refused for one reason.
    package init(logger: Logger, mode: CallLogMode, quiet: Duration = .seconds(60)) {
        self.logger = logger
        modeCode = Atomic(Self.code(of: mode))
        refusals = RecurringWarnings(quiet: quiet) { reason, burst in
            logger.warning(
                reason == .databasePoolTimeout
                    ? "Calls were refused: they waited for the database as long as they may"
                    : "Calls were refused: more wait for the database than may",
                metadata: burst.metadata(reason: reason.rawValue, subject: "tenant"))
        }
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

    /// A call was refused because more wait for the database than may.
    func refused(_ call: ObservedCall, for reason: Reason) { refusals.happened(reason, to: call.caller?.tenantID) }

    /// There will be no more calls.
    package func end() { refusals.tellRest() }

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
