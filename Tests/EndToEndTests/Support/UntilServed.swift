internal import AgentdCore

/// Calls as a client should: again for as long as the database is away. A change needs a request id for that.
func untilServed<Answer>(_ call: () async throws -> Answer) async throws -> Answer {
    while true {
        do {
            return try await call()
        } catch let refusal as Refusal where [.unavailable, .unknown].contains(refusal.code) {
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}
