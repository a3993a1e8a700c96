import Testing

internal import Messages

extension RawConnection {
    struct End: Sendable, Equatable {
        let reason: String
        let lastID: UInt64
    }

    /// Reads up to the `GoAway`, whatever comes before it.
    func goAway() async throws -> End {
        while let received = try await next() {
            if case .goAway(let lastID, let reason) = received.frame { return End(reason: reason, lastID: lastID) }
        }
        throw Closed()
    }

    /// Reads up to the next answer, whatever comes before it.
    func nextResponse() async throws -> ServerFrame.Response {
        while let received = try await next() {
            if case .response(let response) = received.frame { return response }
        }
        throw Closed()
    }

    /// Expects the daemon to close the connection without a further word.
    func expectEnd(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let received = try await next()
        #expect(received == nil, "\(String(describing: received?.frame))", sourceLocation: sourceLocation)
    }

    /// Expects the daemon to have nothing to say but the answer to a ping.
    func expectSilence(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        try await send(.ping(token: 4_711))
        let received = try await next()
        guard case .pong(token: 4_711)? = received?.frame else {
            Issue.record("\(String(describing: received?.frame))", sourceLocation: sourceLocation)
            return
        }
    }
}
