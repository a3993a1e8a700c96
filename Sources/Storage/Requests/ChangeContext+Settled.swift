internal import AgentdCore

extension ChangeContext {
    /// Runs a change, and once more when it was refused under a request id. Two runs of one request meet when a client
    /// lost its connection and tries again: the second waits for the first, and then finds the object changed, or the
    /// name taken, by itself. Its next look finds the answer of the first.
    func settled<Value>(
        _ run: () async throws(ServiceError) -> ChangeOutcome<Value>
    ) async throws(ServiceError) -> ChangeOutcome<Value> {
        guard requestID != nil else { return try await run() }
        do {
            let outcome = try await run()
            switch outcome {
            case .done, .requestIDReused: return outcome
            default: break
            }
        } catch {
            guard error.code == .alreadyExists else { throw error }
        }
        return try await run()
    }
}
