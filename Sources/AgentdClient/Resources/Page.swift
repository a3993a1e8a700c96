extension AgentdClient {
    /// One page of a list.
    public struct Page<Resource: Sendable>: Sendable {
        /// In the order of the list.
        public let resources: [Resource]
        /// Where the next page begins; empty on the last one.
        public let nextPageToken: String
    }

    /// All that a list holds, page by page as it is asked for.
    public struct PageSequence<Resource: Sendable>: AsyncSequence, Sendable {
        /// What the list holds.
        public typealias Element = Resource
        /// What a page can fail with.
        public typealias Failure = AgentdError

        let page: @Sendable (_ token: String) async throws(AgentdError) -> Page<Resource>

        /// From the first page on.
        public func makeAsyncIterator() -> Iterator { Iterator(page: page) }

        /// Fetches a page when the one before is used up.
        public struct Iterator: AsyncIteratorProtocol {
            let page: @Sendable (_ token: String) async throws(AgentdError) -> Page<Resource>
            private var resources: ArraySlice<Resource> = []
            private var nextPageToken: String? = ""

            init(page: @escaping @Sendable (_ token: String) async throws(AgentdError) -> Page<Resource>) {
                self.page = page
            }

            /// Nil after the last one.
            public mutating func next(isolation: isolated (any Actor)?) async throws(AgentdError) -> Resource? {
                // A page may be empty and still not the last one.
                while resources.isEmpty, let token = nextPageToken {
                    let next = try await page(token)
                    resources = next.resources[...]
                    nextPageToken = next.nextPageToken.isEmpty ? nil : next.nextPageToken
                }
                return resources.popFirst()
            }

            /// Nil after the last one.
            public mutating func next() async throws(AgentdError) -> Resource? {
                try await next(isolation: #isolation)
            }
        }
    }
}

extension AgentdClient.Page: Equatable where Resource: Equatable {}
