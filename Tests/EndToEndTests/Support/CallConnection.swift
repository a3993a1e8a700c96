internal import Messages

/// A connection to one of the doors, on which calls can be made, many at once.
protocol CallConnection: Sendable {
    /// Calls a method that has one answer.
    /// - Parameters:
    ///   - path: Such as `/agentd.v1.AgentService/GetAgent`.
    ///   - message: Serialized.
    ///   - timeout: Milliseconds; 0 for none.
    /// - Throws: When there is no answer, because the connection or the call was ended otherwise.
    func call(_ path: String, message: [UInt8], headers: [Header], timeout: UInt32) async throws -> CallAnswer

    /// Calls a method that answers with a stream.
    /// - Parameter each: Takes each message and says whether to go on; if not, the call is cancelled.
    /// - Returns: The end of the stream, without a message; nil when the call was cancelled.
    func stream(
        _ path: String, message: [UInt8], headers: [Header], timeout: UInt32,
        each: ([UInt8]) async throws -> Bool
    ) async throws -> CallAnswer?

    func close() async throws
}

extension CallConnection {
    /// Closes the connection after its use.
    func use<R>(_ body: (Self) async throws -> R) async throws -> R {
        do {
            let result = try await body(self)
            try? await close()
            return result
        } catch {
            try? await close()
            throw error
        }
    }
}
