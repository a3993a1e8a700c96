internal import AgentdCore
internal import Storage
internal import Testing

@testable internal import Services

@Suite("The query of a list of agents")
struct AgentListingTests {
    private let listing = AgentListing(
        method: ListAgents.path, scope: .own, pageTokens: PageTokens(key: Array(repeating: 7, count: 32)))

    private static func parameters(_ change: (inout AgentListing.Parameters) -> Void = { _ in })
        -> AgentListing.Parameters
    {
        var parameters = AgentListing.Parameters(pageSize: 0, pageToken: "", filter: "", orderBy: "")
        change(&parameters)
        return parameters
    }

    @Test(
        "0 means 50, more than 1,000 is taken as 1,000",
        arguments: [(0, 50), (1, 1), (50, 50), (1_000, 1_000), (1_001, 1_000), (Int32.max, 1_000)] as [(Int32, Int)])
    func pageSize(_ asked: Int32, _ taken: Int) throws {
        let query = try listing.query(Self.parameters { $0.pageSize = asked }, caller: Callers.caller())
        #expect(query.pageSize == taken)
    }

    @Test("Every wrong field is named at once")
    func allViolations() {
        let wrong = Self.parameters {
            $0.pageSize = -1
            $0.filter = "colour = RED"
            $0.orderBy = "colour"
            $0.pageToken = "nonsense"
        }
        let violations = violations { () throws(ServiceError) in try listing.query(wrong, caller: Callers.caller()) }
        #expect(violations.map(\.field) == ["page_size", "filter", "order_by"])
        #expect(violations[1].description.hasPrefix("column 1: "))
    }

    @Test("A wrong page token is refused with its own reason")
    func wrongToken() {
        let error = #expect(throws: ServiceError.self) {
            try listing.query(Self.parameters { $0.pageToken = "nonsense" }, caller: Callers.caller())
        }
        #expect(error?.reason == .pageTokenInvalid)
        #expect(error?.code == .invalidArgument)
    }

    @Test("Filter, order and deleted ones go into the query")
    func content() throws {
        let query = try listing.query(
            Self.parameters {
                $0.filter = "status = DRAFT"
                $0.orderBy = "update_time desc"
                $0.showDeleted = true
            }, caller: Callers.caller())
        #expect(query.filter.status == .draft)
        #expect(query.order.field == .updateTime && query.order.descending)
        #expect(query.includesDeleted && query.scope == .own && query.after == nil)
    }
}
