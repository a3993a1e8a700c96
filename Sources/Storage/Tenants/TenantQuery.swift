package import AgentdCore

/// Which tenants a list holds, and from where on. A list is in the order of slugs; those of deleted tenants may occur
/// more than once.
package struct TenantQuery: Sendable, Equatable {
    package struct Filter: Sendable, Equatable {
        package var state: TenantState?
        package var slug: TextMatch?
        /// In lower case.
        package var domain: String?
        package var feature: Features?

        package init() {}
    }

    /// The last tenant of the page before.
    package struct Cursor: Sendable, Equatable {
        package let slug: String
        package let id: TenantID

        package init(slug: String, id: TenantID) {
            self.slug = slug
            self.id = id
        }

        /// Before every tenant: no slug is empty.
        fileprivate static let beginning = Cursor(slug: "", id: TenantID(UUIDValue(high: 0, low: 0)))
    }

    package var filter = Filter()
    package var includesDeleted = false
    /// The most tenants of a page; it may hold fewer, so that it fits one message.
    package var pageSize: Int
    package var after: Cursor?

    package init(pageSize: Int) { self.pageSize = pageSize }

    var start: Cursor { after ?? .beginning }
}
