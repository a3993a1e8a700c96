internal import AgentdCore
internal import Messages

/// What a call ended in, the same over either door.
struct CallAnswer: Sendable {
    /// As gRPC numbers them; 0 for a success.
    let code: UInt32
    /// A sentence for people; empty for a success.
    let error: String
    /// A serialized `google.rpc.Status`; empty for a success.
    let details: [UInt8]
    let headers: [Header]
    /// Serialized; empty for a failure.
    let message: [UInt8]

    /// Code and reason of an error, such as `NOT_FOUND AGENT_NOT_FOUND`; `OK` of a success.
    var outcome: String {
        get throws {
            if code == 0 { return "OK" }
            let refusal = try Refusal(self)
            return "\(refusal.code.name) \(refusal.reason)"
        }
    }

    /// All of it as bytes, to be compared with those of another answer.
    var bytes: [UInt8] {
        let header = headers.flatMap { Array($0.key.utf8) + $0.value }
        return [UInt8(code)] + Array(error.utf8) + details + header + message
    }
}

extension CallAnswer {
    init(_ response: ServerFrame.Response) {
        self.init(
            code: response.code, error: response.error, details: response.details, headers: response.headers,
            message: response.message)
    }
}

extension ServerFrame.Response {
    /// Code and reason of an error, such as `NOT_FOUND AGENT_NOT_FOUND`; `OK` of a success.
    var outcome: String { get throws { try CallAnswer(self).outcome } }
}

/// An error that the daemon answered.
struct Refusal: Error, CustomStringConvertible {
    let code: StatusCode
    let status: StatusMessage

    init(_ answer: CallAnswer) throws {
        code = StatusCode(rawValue: answer.code) ?? .unknown
        status = try StatusMessage(decoding: answer.details)
    }

    init(_ response: ServerFrame.Response) throws { try self.init(CallAnswer(response)) }

    var reason: String { status.reason }
    var description: String { "\(code.name) (\(reason)): \(status.message)" }
}
