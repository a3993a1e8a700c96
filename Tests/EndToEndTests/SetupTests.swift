import Testing

internal import AgentdCore
internal import Messages
internal import TestSupport

/// Tenants, users and keys, set up through RPCs alone.
@Suite("Setting up tenants", .timeLimit(.minutes(2)))
struct SetupTests {
    private static let home = [Header("x-agentd-tenant", "default")]

    private func asSystemAdministrator(_ body: (Caller, World) async throws -> Void) async throws {
        try await World.with { world in
            try await RawConnection.with(world.daemon.port, token: world.systemAdministrator) { connection in
                try await body(Caller(connection), world)
            }
        }
    }

    private static func user(_ email: String, _ role: Role) -> CreateUserRequest {
        var request = CreateUserRequest()
        var user = UserMessage()
        user.email = email
        user.role = role.rawValue
        request.user = user
        return request
    }

    private static func key(of userID: Int64) -> IssueTokenRequest {
        var request = IssueTokenRequest()
        request.userID = userID
        return request
    }

    @Test("A tenant is made with everything it was given and its first administrator, who can issue keys to its users")
    func tenant() async throws {
        try await asSystemAdministrator { administrator, world in
            var request = CreateTenantRequest()
            var tenant = TenantMessage()
            tenant.slug = "initech"
            tenant.displayName = "Initech"
            tenant.domain = "Initech.Example"
            tenant.features = ["agent_sharing"]
            tenant.limits = TenantLimits()
            tenant.limits?.maxAgents = 7
            request.tenant = tenant
            var first = UserMessage()
            first.email = "peter@initech.example"
            request.administrator = first
            let created = try await administrator.call("TenantService/CreateTenant", request, as: TenantMessage.self)
            #expect(created.displayName == "Initech" && created.domain == "initech.example")
            #expect(created.features == ["agent_sharing"] && created.limits?.maxAgents == 7)
            #expect(created.state == TenantState.active.rawValue)

            let headers = [Header("x-agentd-tenant", "initech")]
            let rows = try world.database.rows(
                "SELECT id FROM users WHERE email = 'peter@initech.example' AND role = 'tenant_admin'")
            let peterID = try #require(rows.first?.first??.int64)
            let samir = try await administrator.call(
                "UserService/CreateUser", Self.user("samir@initech.example", .member), headers: headers,
                as: UserMessage.self)
            let issued = try await administrator.call(
                "TokenService/IssueToken", Self.key(of: peterID), headers: headers, as: IssueTokenResponse.self)
            let peter = World.Person(id: peterID, tenantID: created.id, key: issued.secret)
            try await world.speak(as: peter) { peter in
                let current = try await peter.call(
                    "TenantService/GetCurrentTenant", GetCurrentTenantRequest(), as: TenantMessage.self)
                #expect(current == created)
                let key = try await peter.call(
                    "TokenService/IssueToken", Self.key(of: samir.id), as: IssueTokenResponse.self)
                #expect(key.token?.userID == samir.id)
                await expectRefusal(.notFound, "USER_NOT_FOUND") {
                    try await peter.call(
                        "TokenService/IssueToken", Self.key(of: world.ada.id), as: IssueTokenResponse.self)
                }
            }
        }
    }

    @Test("What another tenant has is taken; an email is taken within its tenant alone, whatever its case")
    func taken() async throws {
        try await asSystemAdministrator { administrator, world in
            await expectRefusal(.alreadyExists, "SLUG_TAKEN") {
                try await administrator.createTenant("acme", features: [])
            }
            await expectRefusal(.alreadyExists, "EMAIL_TAKEN") {
                try await administrator.createPerson("ADA@acme.example", in: world.ada.tenantID)
            }
            _ = try await administrator.createPerson("ada@acme.example", in: world.carol.tenantID)
        }
    }

    @Test("A member issues keys for itself alone; the attempt to issue another's is in the audit trail")
    func membersKeys() async throws {
        try await World.with { world in
            try await world.speak(as: world.ada) { ada in
                let own = try await ada.call(
                    "TokenService/IssueToken", IssueTokenRequest(), as: IssueTokenResponse.self)
                #expect(own.token?.userID == world.ada.id)
                await expectRefusal(.permissionDenied, "ROLE_REQUIRED") {
                    try await ada.call(
                        "TokenService/IssueToken", Self.key(of: world.bob.id), as: IssueTokenResponse.self)
                }
            }
            let refused = try world.database.rows("SELECT action FROM audit_events WHERE outcome = 'refused'")
            #expect(refused == [["TokenService.IssueToken"]])
        }
    }

    @Test("A tenant administrator cannot become a system administrator by issuing itself the key of one")
    func noEscalation() async throws {
        try await asSystemAdministrator { administrator, world in
            let boss = try await administrator.call("UserService/WhoAmI", WhoAmIRequest(), as: WhoAmIResponse.self)
            let bossID = try #require(boss.user?.id)
            let created = try await administrator.call(
                "UserService/CreateUser", Self.user("tenant-admin@example.org", .tenantAdministrator),
                headers: Self.home, as: UserMessage.self)
            let issued = try await administrator.call(
                "TokenService/IssueToken", Self.key(of: created.id), headers: Self.home, as: IssueTokenResponse.self)
            let person = World.Person(id: created.id, tenantID: created.tenantID, key: issued.secret)
            try await world.speak(as: person) { person in
                await expectRefusal(.permissionDenied, "ROLE_REQUIRED") {
                    try await person.call("TokenService/IssueToken", Self.key(of: bossID), as: IssueTokenResponse.self)
                }
            }
            #expect(try world.database.rows("SELECT count(*) FROM tokens WHERE user_id = \(bossID)") == [["1"]])
        }
    }

    @Test("A system administrator whose id a user of the selected tenant has too owns none of that user's agents")
    func equalIDs() async throws {
        try await asSystemAdministrator { administrator, world in
            let boss = try await administrator.call("UserService/WhoAmI", WhoAmIRequest(), as: WhoAmIResponse.self)
            let bossID = try #require(boss.user?.id)
            try world.database.execute(
                """
                INSERT INTO users (tenant_id, id, email)
                VALUES ('\(world.ada.tenantID)', \(bossID), 'twin@acme.example');
                INSERT INTO agents (tenant_id, id, owner_id, name, agent_type)
                VALUES ('\(world.ada.tenantID)', 900, \(bossID), 'private', 'research');
                """)
            try await RawConnection.with(
                world.daemon.port, token: world.systemAdministrator, tenant: "acme"
            ) { connection in
                let caller = Caller(connection)
                await expectRefusal(.notFound, "AGENT_NOT_FOUND") { try await caller.getAgent(900) }
                await expectRefusal(.notFound, "AGENT_NOT_FOUND") { try await caller.update(900) { $0.name = "mine" } }
                let list = try await caller.list(ListAgentsRequest())
                #expect(list.agents == [])
                await expectRefusal(.permissionDenied, "TENANT_MISMATCH") { try await caller.createAgent("mine") }
            }
        }
    }

    @Test("Health needs no token; everything else does")
    func tokens() async throws {
        try await World.with { world in
            try await RawConnection.with(world.daemon.port) { connection in
                let caller = Caller(connection)
                for service in ["", "liveness", "readiness", "agentd.v1.AgentService"] {
                    let health = try await caller.call(
                        "/grpc.health.v1.Health/Check", HealthCheckRequest(service: service),
                        as: HealthCheckResponse.self)
                    #expect(health.status == .serving)
                }
                await expectRefusal(.notFound, "HEALTH_SERVICE_UNKNOWN") {
                    try await caller.call(
                        "/grpc.health.v1.Health/Check", HealthCheckRequest(service: "nothing"),
                        as: HealthCheckResponse.self)
                }
                await expectRefusal(.unauthenticated, "TOKEN_MISSING") { try await caller.getAgent(1) }
            }
        }
    }
}

extension String {
    fileprivate var int64: Int64? { Int64(self) }
}
