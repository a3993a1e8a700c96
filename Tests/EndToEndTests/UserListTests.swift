import Testing

internal import AgentdCore
internal import Messages
internal import TestSupport

@Suite("The list of users", .bothDoors, .timeLimit(.minutes(2)))
struct UserListTests {
    /// The first tenant with twenty users more, some of them administrators, inactive or deleted.
    private func withUsers(_ body: (Caller, [UserMessage], World) async throws -> Void) async throws {
        try await World.with { world in
            try await world.speakAsAdministrator { administrator, person in
                var users: [UserMessage] = []
                for id in [world.ada.id, world.bob.id, person.id] { users.append(try await administrator.getUser(id)) }
                for number in 0..<20 {
                    let role: Role = number.isMultiple(of: 3) ? .tenantAdministrator : .member
                    let email =
                        number.isMultiple(of: 2) ? "User%\(number)@acme.example" : "other_\(number)@acme.example"
                    let user = try await administrator.createUser(email, role: role)
                    switch number % 5 {
                    case 1: users.append(try await administrator.setActive(false, of: user.id))
                    case 2: users.append(try await administrator.deleteUser(user.id))
                    default: users.append(user)
                    }
                }
                try await body(administrator, users, world)
            }
        }
    }

    @Test("Pages hold every user of the tenant once, by id; deleted ones only when they are asked for")
    func pages() async throws {
        try await withUsers { administrator, users, _ in
            for showDeleted in [false, true] {
                var listed: [UserMessage] = []
                var token = ""
                repeat {
                    let pageToken = token
                    let page = try await administrator.listUsers {
                        $0.pageSize = 4
                        $0.showDeleted = showDeleted
                        $0.pageToken = pageToken
                    }
                    #expect(page.users.count == 4 || page.nextPageToken.isEmpty)
                    listed += page.users
                    token = page.nextPageToken
                } while !token.isEmpty
                #expect(listed == users.filter { showDeleted || $0.deleteTime == nil })
            }
        }
    }

    @Test("Filters choose what they say; emails without regard to case")
    func filters() async throws {
        try await withUsers { administrator, users, _ in
            let cases: [(String, (UserMessage) -> Bool)] = [
                ("role = MEMBER", { $0.role == 1 }), ("role = TENANT_ADMIN", { $0.role == 2 }),
                ("role = ROLE_TENANT_ADMIN", { $0.role == 2 }), ("role = SYSTEM_ADMIN", { _ in false }),
                ("is_active = true", \.isActive), ("is_active = false", { !$0.isActive }),
                ("email = \"USER%0@acme.example\"", { $0.email == "User%0@acme.example" }),
                ("email = \"user%*\"", { $0.email.hasPrefix("User%") }),
                ("email = \"other_1*\"", { $0.email.hasPrefix("other_1") }), ("email = \"%\"", { _ in false }),
                (
                    "role = MEMBER AND is_active = false AND email = \"OTHER*\"",
                    { $0.role == 1 && !$0.isActive && $0.email.hasPrefix("other") }
                ),
            ]
            for (filter, isIncluded) in cases {
                let found = try await administrator.listUsers {
                    $0.filter = filter
                    $0.showDeleted = true
                }
                #expect(found.users == users.filter(isIncluded), "\(filter)")
            }
            for filter in [
                "role", "role = OWNER", "is_active = yes", "id = 1", "email : \"x\"", "' --", "email = \"a*b\"",
            ] {
                await expectRefusal(.invalidArgument, "FIELD_INVALID") {
                    try await administrator.listUsers { $0.filter = filter }
                }
            }
        }
    }

    @Test("A page token works for its caller and its query alone")
    func pageTokens() async throws {
        try await withUsers { administrator, _, world in
            let token = try await administrator.listUsers { $0.pageSize = 2 }.nextPageToken
            _ = try await administrator.listUsers { $0.pageToken = token }
            await expectRefusal(.invalidArgument, "PAGE_TOKEN_INVALID") {
                try await administrator.listUsers {
                    $0.pageToken = token
                    $0.showDeleted = true
                }
            }
            await expectRefusal(.invalidArgument, "PAGE_TOKEN_INVALID") {
                try await administrator.listUsers {
                    $0.pageToken = token
                    $0.filter = "role = MEMBER"
                }
            }
            try await world.speakAsSystemAdministrator(in: "acme") { other in
                await expectRefusal(.invalidArgument, "PAGE_TOKEN_INVALID") {
                    try await other.listUsers { $0.pageToken = token }
                }
                let everybody = try await other.listUsers()
                #expect(everybody.users.allSatisfy { $0.tenantID == world.ada.tenantID })
            }
        }
    }

    @Test("A page of long names is cut so that it fits one message, and nobody is left out")
    func longNames() async throws {
        try await World.with { world in
            try world.database.execute(
                """
                INSERT INTO users (tenant_id, email, display_name)
                SELECT '\(world.ada.tenantID)', 'u' || n || '@acme.example', repeat('🙂', 255)
                FROM generate_series(1, 1200) AS n
                """)
            try await world.speakAsSystemAdministrator(in: "acme") { administrator in
                var listed: [Int64] = []
                var token = ""
                repeat {
                    let pageToken = token
                    let page = try await administrator.listUsers {
                        $0.pageSize = 1_000
                        $0.pageToken = pageToken
                    }
                    listed += page.users.map(\.id)
                    token = page.nextPageToken
                } while !token.isEmpty
                #expect(listed.count == 1_202 && listed == listed.sorted() && Set(listed).count == listed.count)
            }
        }
    }
}
