extension AgentdClient {
    /// Which agents a list shows, in which order, how many at once.
    public struct AgentQuery: Sendable, Equatable {
        /// Terms joined by AND, such as `status = ACTIVE AND name = "Market*"`.
        public var filter: String
        /// One of `id`, `name`, `create_time`, `update_time`, with an optional ` desc`; empty means `id`.
        public var orderBy: String
        /// Agents in one answer; 0 means 50, at most 1,000. A page may be shorter so that it fits one message.
        public var pageSize: Int32
        /// Deleted agents too; only of one's own.
        public var showDeleted: Bool

        /// - Parameters:
        ///   - filter: Terms joined by AND.
        ///   - orderBy: A field, with an optional ` desc`.
        ///   - pageSize: Agents in one answer.
        ///   - showDeleted: Deleted agents too.
        public init(filter: String = "", orderBy: String = "", pageSize: Int32 = 0, showDeleted: Bool = false) {
            self.filter = filter
            self.orderBy = orderBy
            self.pageSize = pageSize
            self.showDeleted = showDeleted
        }
    }

    /// One page of a list.
    public struct AgentPage: Sendable, Equatable {
        /// In the order asked for.
        public let agents: [Agent]
        /// Where the next page begins; empty on the last one.
        public let nextPageToken: String
    }

    /// What `batchGetAgents` found.
    public struct AgentBatch: Sendable, Equatable {
        /// In the order of the ids.
        public let agents: [Agent]
        /// The ids that the caller cannot see or that never were.
        public let missingIDs: [Int64]
    }

    /// All the agents of a list, page by page as they are asked for.
    public struct AgentSequence: AsyncSequence, Sendable {
        /// An agent.
        public typealias Element = Agent
        /// What a page can fail with.
        public typealias Failure = AgentdError

        let page: @Sendable (_ token: String) async throws(AgentdError) -> AgentPage

        /// From the first page on.
        public func makeAsyncIterator() -> Iterator { Iterator(page: page) }

        /// Fetches a page when the one before is used up.
        public struct Iterator: AsyncIteratorProtocol {
            let page: @Sendable (_ token: String) async throws(AgentdError) -> AgentPage
            private var agents: ArraySlice<Agent> = []
            private var nextPageToken: String? = ""

            init(page: @escaping @Sendable (_ token: String) async throws(AgentdError) -> AgentPage) {
                self.page = page
            }

            /// Nil after the last one.
            public mutating func next(isolation: isolated (any Actor)?) async throws(AgentdError) -> Agent? {
                // A page may be empty and still not the last one.
                while agents.isEmpty, let token = nextPageToken {
                    let next = try await page(token)
                    agents = next.agents[...]
                    nextPageToken = next.nextPageToken.isEmpty ? nil : next.nextPageToken
                }
                return agents.popFirst()
            }

            /// Nil after the last one.
            public mutating func next() async throws(AgentdError) -> Agent? { try await next(isolation: #isolation) }
        }
    }
}
