package import AgentdCore
package import Logging

/// What is known of a call from the moment its request was read until its end, whether or not it is ever run.
/// Confined to the event loop of its connection.
package final class ObservedCall {
    /// Of a path that nobody knows: it can be as long as a frame, and a line of the log should not.
    private static let loggedPathCharacters = 200

    /// The path that was called, such as `/agentd.v1.AgentService/GetAgent`.
    package let path: String
    /// Nil when there is none of that path.
    package let method: CallMethod?
    /// `x-request-id` of the call.
    package let callID: CallID
    package let origin: CallOrigin
    package let trace: TraceContext?
    /// Of the monotonic clock, in nanoseconds.
    package let startedAt: UInt64
    /// Who calls, as soon as that is known.
    package var caller: Caller?
    /// Bytes of the messages, without frames and compression; 0 while there are none.
    package var requestBytes: Int
    package var responseBytes = 0

    /// Whose line it stands in while it waits to begin; nil when that is not known, or it need not wait.
    package var line: CallLine?

    /// Of its token, once it was computed: a call that has to wait is looked at twice.
    var tokenDigest: TokenDigest?

    /// Whose place it takes while it waits to begin, and whether as a change.
    var holder: (caller: Caller, changes: Bool)?

    /// What counts it, from `CallObserver.began` to `CallObserver.ended`.
    var measures: CallMeasures?

    package init(
        path: String, method: CallMethod?, callID: CallID, origin: CallOrigin, trace: TraceContext? = nil,
        requestBytes: Int = 0, startedAt: UInt64
    ) {
        self.path = path
        self.method = method
        self.callID = callID
        self.origin = origin
        self.trace = trace
        self.requestBytes = requestBytes
        self.startedAt = startedAt
    }

    /// Whether it goes on for as long as the client likes, and neither works nor waits for the database meanwhile.
    package var isStream: Bool { method?.kind == .serverStream }

    /// What tells every line of the log which call it is about.
    package var metadata: Logger.Metadata {
        var metadata: Logger.Metadata = [
            "request_id": .string(callID.description),
            "method": .string(method == nil ? String(path.prefix(Self.loggedPathCharacters)) : path),
        ]
        if let trace {
            metadata["trace_id"] = .string(trace.traceID)
            metadata["span_id"] = .string(trace.spanID)
        }
        return metadata
    }
}

/// Calls that wait for each other: those of one tenant.
package struct CallLine: Sendable {
    package let tenant: TenantID
    /// Calls that have their turn together; at least one.
    package let weight: Int

    package init(tenant: TenantID, weight: Int) {
        self.tenant = tenant
        self.weight = max(1, weight)
    }
}
