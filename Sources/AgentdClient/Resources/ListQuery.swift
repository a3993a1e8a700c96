extension AgentdClient {
    /// Which tenants, users, API keys or audit events a list shows, and how many at once.
    public struct ListQuery: Sendable, Equatable {
        /// Terms joined by AND, such as `role = MEMBER AND is_active = true`; empty means all.
        public var filter: String
        /// Objects in one answer; 0 means what the tenant's setting `default_page_size` says, at most 1,000.
        public var pageSize: Int32

        /// - Parameters:
        ///   - filter: Terms joined by AND.
        ///   - pageSize: Objects in one answer.
        public init(filter: String = "", pageSize: Int32 = 0) {
            self.filter = filter
            self.pageSize = pageSize
        }
    }
}
