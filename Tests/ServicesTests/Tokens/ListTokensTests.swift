internal import AgentdCore
internal import Messages
internal import Storage
internal import Testing

@testable internal import Services

@Suite("The query of a list of keys")
struct ListTokensTests {
    private static let list = ListTokens(pageTokens: PageTokens(key: Array(repeating: 7, count: 32)))

    private static func query(_ change: (inout ListTokensRequest) -> Void) throws(ServiceError) -> TokenQuery {
        var request = ListTokensRequest()
        change(&request)
        return try list.query(request, Callers.caller())
    }

    @Test("A filter asks for the keys of one user")
    func filter() throws {
        let query = try Self.query {
            $0.filter = "user_id = 7"
            $0.showRevoked = true
        }
        #expect(query.userID == 7 && query.includesInvalid && query.pageSize == 50 && query.after == nil)
        let plain = try Self.query { _ in }
        #expect(plain.userID == nil && !plain.includesInvalid)
    }

    @Test(
        "Another filter is refused, with the page size", arguments: ["user_id = 0", "user_id = x", "id = a", "user_id"])
    func wrongFilters(_ text: String) {
        let fields = refusedFields { () throws(ServiceError) in
            try Self.query {
                $0.pageSize = -1
                $0.filter = text
            }
        }
        #expect(fields == ["page_size", "filter"])
    }

    @Test("A page token that was not made for this list is refused")
    func pageToken() {
        #expect {
            try Self.query { $0.pageToken = "nonsense" }
        } throws: { ($0 as? ServiceError)?.reason == .pageTokenInvalid }
    }
}
