internal import Messages

extension AgentdClient {
    /// How the daemon is, or one of its services: now, and each time that it changes. Who is slow to ask for the next
    /// hears the newest alone.
    ///
    /// Each iteration watches for itself; it ends when its task does, or when no more is asked for. It fails with
    /// `UNAVAILABLE` when the daemon stops or the connection is lost: watch again then.
    public struct HealthStatuses: AsyncSequence, Sendable {
        /// One status.
        public typealias Element = HealthStatus
        /// Nothing else is thrown.
        public typealias Failure = AgentdError

        let client: AgentdClient
        let service: String
        let options: CallOptions

        /// Does not watch before the first status is asked for.
        public func makeAsyncIterator() -> Iterator {
            Iterator(service: service, options: options, client: client)
        }

        /// One watch.
        public struct Iterator: AsyncIteratorProtocol {
            private var responses: MessageStream<HealthCheckResponse>
            /// What is wrong with the request.
            private var refusal: AgentdError?

            fileprivate init(service: String, options: CallOptions, client: AgentdClient) {
                var text = TextFields()
                let request = HealthCheckRequest(service: text.checked(service, "service"))
                do {
                    try text.finish()
                } catch {
                    refusal = error
                }
                responses = MessageStream(
                    "/grpc.health.v1.Health/Watch", request, options: options, of: client)
            }

            /// Waits for the next status. Nil after the end of a watch that the daemon ended without a failure.
            public mutating func next(
                isolation actor: isolated (any Actor)?
            ) async throws(AgentdError) -> HealthStatus? {
                if let refusal { throw refusal }
                return try await responses.next(isolation: actor).map { HealthStatus($0.status) }
            }
        }
    }
}
