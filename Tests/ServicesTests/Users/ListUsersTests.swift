internal import AgentdCore
internal import Messages
internal import Storage
internal import Testing

@testable internal import Services

@Suite("The query of a list of users")
struct ListUsersTests {
    private static let list = ListUsers(pageTokens: PageTokens(key: Array(repeating: 7, count: 32)))

    private static func query(_ change: (inout ListUsersRequest) -> Void) throws(ServiceError) -> UserQuery {
        var request = ListUsersRequest()
        change(&request)
        return try list.query(request, Callers.caller())
    }

    private static func expected(_ change: (inout UserQuery) -> Void) -> UserQuery {
        var query = UserQuery(pageSize: 50)
        change(&query)
        return query
    }

    private static let filters: [(text: String, query: UserQuery)] = [
        ("", expected { _ in }), ("role = TENANT_ADMIN", expected { $0.role = .tenantAdministrator }),
        ("role = ROLE_SYSTEM_ADMIN", expected { $0.role = .systemAdministrator }),
        ("is_active = false", expected { $0.isActive = false }),
        ("email = \"ann@example.com\"", expected { $0.email = .exactly("ann@example.com") }),
        ("email = ann*", expected { $0.email = .startsWith("ann") }),
        ("email = \"a\\*\"", expected { $0.email = .exactly("a*") }),
        (
            "role = MEMBER AND is_active = true AND email = \"a@*\"",
            expected {
                $0.role = .member
                $0.isActive = true
                $0.email = .startsWith("a@")
            }
        ),
    ]

    @Test("A filter asks for role, activity and email", arguments: filters)
    func readsFilter(_ text: String, _ query: UserQuery) throws {
        #expect(try Self.query { $0.filter = text } == query)
    }

    @Test(
        "Another filter is refused",
        arguments: [
            "id = 1", "role = OWNER", "role : MEMBER", "is_active = 1", "email = \"a*b\"", "role = MEMBER OR x",
        ])
    func wrongFilters(_ text: String) {
        let fields = refusedFields { () throws(ServiceError) in try Self.query { $0.filter = text } }
        #expect(fields == ["filter"])
    }

    @Test("Everything that is wrong is named at once")
    func allViolations() {
        let fields = refusedFields { () throws(ServiceError) in
            try Self.query {
                $0.pageSize = -1
                $0.filter = "?"
            }
        }
        #expect(fields == ["page_size", "filter"])
    }

    @Test("A page size of 0 is that of the tenant's settings")
    func pageSize() throws {
        var settings = TenantSettings()
        settings.defaultPageSize = 7
        let tenant = TenantProfile(id: Callers.tenantA, settings: settings)
        let caller = Caller(
            principal: Principal(
                tenant: tenant, userID: 1, role: .tenantAdministrator, userIsActive: true, tokenID: "jwt"))
        #expect(try Self.list.query(ListUsersRequest(), caller).pageSize == 7)
        #expect(try Self.query { $0.pageSize = 5_000 }.pageSize == 1_000)
    }
}
