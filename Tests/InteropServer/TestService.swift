internal import AgentdCore
internal import Messages
internal import Services

/// What the interoperability cases ask of a server, as far as agentd has such methods: it has no client streams.
final class TestService: CallHandler {
    private static let service = "/grpc.testing.TestService/"
    private static let methods: [String: CallMethod] = {
        let kinds: [(String, MethodKind)] = [
            ("EmptyCall", .unary), ("UnaryCall", .unary), ("StreamingOutputCall", .serverStream),
            ("FullDuplexCall", .exchange),
            // Only to be begun, for the case that cancels it then.
            ("StreamingInputCall", .exchange),
        ]
        return Dictionary(
            uniqueKeysWithValues: kinds.map { name, kind in
                (service + name, CallMethod(path: service + name, kind: kind))
            })
    }()

    func method(_ path: UnsafeRawBufferPointer) -> CallMethod? {
        Self.methods[String(decoding: path, as: UTF8.self)]
    }

    func answer(_ call: InboundCall) async throws(ServiceError) -> EncodedMessage? {
        guard let method = method(call.path) else {
            throw ServiceError(.methodUnknown, "There is no method \(call.path).")
        }
        echoMetadata(of: call)
        let request = Fields(call.payload.withBytes { Array($0) })
        switch method.name {
        case "EmptyCall": return EncodedMessage(packed: [], arena: call.arena)
        case "StreamingInputCall": throw ServiceError(.methodUnknown, "There are no client streams.")
        case "UnaryCall":
            try failIfAsked(by: request)
            return EncodedMessage(packed: Payload.response(size: request.number(2)), arena: call.arena)
        default:
            try failIfAsked(by: request)
            return try await stream(request, of: call, isExchange: method.kind == .exchange)
        }
    }

    /// "Echo Metadata" of the description.
    private func echoMetadata(of call: InboundCall) {
        if let value = call.header("x-grpc-test-echo-initial") {
            call.addResponseHeader(Header(key: "x-grpc-test-echo-initial", value: value))
        }
        if let value = call.header("x-grpc-test-echo-trailing-bin") {
            call.addResponseTrailer(Header(key: "x-grpc-test-echo-trailing-bin", value: value))
        }
    }

    /// "Echo Status" of the description.
    private func failIfAsked(by request: Fields) throws(ServiceError) {
        guard let status = request.message(7) else { return }
        let code = status.number(1)
        guard let reason = Reason.allCases.first(where: { Int($0.code.rawValue) == code }) else {
            throw .fields([FieldViolation(field: "response_status.code", description: "is no code of an error")])
        }
        throw ServiceError(reason, String(decoding: status.bytes(2), as: UTF8.self))
    }

    /// A message for each of `response_parameters`. An exchange answers each message with one, as all the cases ask
    /// for; asked for none, it sleeps, for the case of a server that does.
    private func stream(
        _ request: Fields, of call: InboundCall, isExchange: Bool
    ) async throws(ServiceError) -> EncodedMessage? {
        for parameters in request.messages(2) {
            try await sleep(microseconds: parameters.number(2))
            let message = EncodedMessage(packed: Payload.response(size: parameters.number(1)), arena: call.arena)
            if isExchange { return message }
            try await call.send(message)
        }
        if isExchange { try await sleep(microseconds: Self.longTime) }
        return nil
    }

    /// An hour, which no case waits for.
    private static let longTime = 3_600_000_000

    private func sleep(microseconds: Int) async throws(ServiceError) {
        guard microseconds > 0 else { return }
        do {
            try await Task.sleep(for: .microseconds(microseconds))
        } catch {
            throw .cancelled
        }
    }
}
