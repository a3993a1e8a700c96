extension AgentdClient {
    /// Which agents a list shows, in which order, how many at once.
    public struct AgentQuery: Sendable, Equatable {
        /// Terms joined by AND, such as `status = ACTIVE AND name = "Market*"`.
        public var filter: String
        /// One of `id`, `name`, `create_time`, `update_time`, with an optional ` desc`; empty means `id`.
        public var orderBy: String
        /// Agents in one answer; 0 means what the tenant's setting `default_page_size` says, at most 1,000. A page may
        /// be shorter so that it fits one message.
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

    /// What `batchGetAgents` found.
    public struct AgentBatch: Sendable, Equatable {
        /// In the order of the ids.
        public let agents: [Agent]
        /// The ids that the caller cannot see or that never were.
        public let missingIDs: [Int64]
    }
}
