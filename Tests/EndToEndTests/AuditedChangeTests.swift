import Testing

internal import AgentdCore
internal import Foundation
internal import Messages
internal import TestSupport

/// What a change leaves in the audit trail, change by change.
@Suite("Audited changes", .bothDoors, .timeLimit(.minutes(5)))
struct AuditedChangeTests {
    @Test("These are all changes that the API makes")
    func complete() {
        let reads = ["Get", "List", "BatchGet", "Resolve", "WhoAmI"]
        let changes = MethodSchema.all.filter { $0.path.hasPrefix("/agentd.v1.") }
            .map { String($0.path.dropFirst("/agentd.v1.".count)).replacing("/", with: ".") }
            .filter { action in !reads.contains { action.contains(".\($0)") } }
        #expect(Set(AuditedChange.all.map(\.action)) == Set(changes))
    }

    @Test("A change has one row: who, with which key, in which call, what was changed, before and after")
    func rows() async throws {
        try await Self.with { world, actors, people in
            for change in AuditedChange.all {
                let send = try await change.prepare(actors)
                let person = people(change.actor)
                let callID = "call-\(change.action)"
                let caller = actors.caller(change.actor)
                let id = try await send(caller, [Header("x-request-id", callID)])
                // A retry of the same call gets its answer, and leaves nothing.
                let again = try await send(caller, [Header("x-request-id", callID)])
                #expect(again == id, "\(change.action)")
                let rows = try world.database.rows(
                    """
                    SELECT tenant_id, actor_tenant_id, actor_user_id, token_id, action, outcome, object_type, object_id
                    FROM audit_events WHERE call_id = $1
                    """, [callID])
                let tenantID = change.objectType == "tenant" ? id : person.tenantID
                #expect(
                    rows == [
                        [
                            tenantID, person.tenantID, "\(person.id)", person.keyID, change.action, "done",
                            change.objectType, id,
                        ]
                    ], "\(change.action)")
                try Self.expectFields(of: change, callID: callID, world)
            }
        }
    }

    private static func expectFields(of change: AuditedChange, callID: String, _ world: World) throws {
        let text = try world.database.rows("SELECT changes::text FROM audit_events WHERE call_id = $1", [callID])
        let data = Data((text.first?[0] ?? "").utf8)
        let fields = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any], "\(change.action)")
        #expect(Set(fields.keys) == change.fields, "\(change.action)")
        guard change.hasBefore else { return }
        for (name, value) in fields {
            let value = try #require(value as? [String: Any], "\(change.action) \(name)")
            #expect(Set(value.keys) == ["before", "after"], "\(change.action) \(name)")
            let (before, after) = (value["before"] as? NSObject, value["after"] as? NSObject)
            #expect(before != after, "\(change.action) \(name)")
        }
    }

    @Test("The first administrator of a new tenant has a row of its own")
    func firstAdministrator() async throws {
        try await World.with { world in
            try await world.speakAsSystemAdministrator { root in
                var request = CreateTenantRequest()
                var tenant = TenantMessage()
                tenant.slug = "initech"
                request.tenant = tenant
                var administrator = UserMessage()
                administrator.email = "bill@initech.example"
                request.administrator = administrator
                let created: TenantMessage = try await root.call("TenantService/CreateTenant", request)
                let rows = try world.database.rows(
                    """
                    SELECT action, object_type, changes -> 'email' ->> 'after' FROM audit_events
                    WHERE tenant_id = $1::uuid ORDER BY object_type
                    """, [created.id])
                #expect(
                    rows == [
                        ["TenantService.CreateTenant", "tenant", nil],
                        ["TenantService.CreateTenant", "user", "bill@initech.example"],
                    ])
            }
        }
    }

    @Test("Where the trail cannot be written nothing is changed, and what cannot be done leaves no row")
    func together() async throws {
        try await Self.with { world, actors, _ in
            for table in ["audit_events", "request_ids"] {
                for change in AuditedChange.all {
                    let send = try await change.prepare(actors)
                    try world.database.execute(
                        """
                        CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql
                            AS $$ BEGIN RAISE 'no more rows here'; END $$;
                        CREATE TRIGGER refuse BEFORE INSERT ON \(table) FOR EACH ROW EXECUTE FUNCTION refuse();
                        """)
                    let before = try Self.contents(world)
                    await #expect(throws: Refusal.self, "\(change.action)") {
                        try await send(actors.caller(change.actor), [])
                    }
                    let after = try Self.contents(world)
                    #expect(after == before, "\(change.action)")
                    try world.database.execute("DROP TRIGGER refuse ON \(table)")
                }
            }
        }
    }

    /// All that changes change, and their trail; that a key was used is no change.
    private static func contents(_ world: World) throws -> [[String?]] {
        try world.database.rows(
            """
            SELECT 'tenant', to_jsonb(t)::text AS text FROM tenants AS t
            UNION ALL SELECT 'user', to_jsonb(t)::text FROM users AS t
            UNION ALL SELECT 'agent', to_jsonb(t)::text FROM agents AS t
            UNION ALL SELECT 'token', (to_jsonb(t) - 'last_use_time')::text FROM tokens AS t
            UNION ALL SELECT 'event', to_jsonb(t)::text FROM audit_events AS t
            ORDER BY 1, 2
            """)
    }

    @Test("A change that is refused for what it asks leaves no row")
    func refused() async throws {
        try await World.with { world in
            try await world.speakAsAdministrator { administrator, _ in
                let stale = try await administrator.createAgent("a")
                _ = try await administrator.update(stale.id) { $0.name = "b" }
                let before = try Self.contents(world)
                await expectRefusal(.aborted, "ETAG_MISMATCH") {
                    try await administrator.update(stale.id) {
                        $0.name = "c"
                        $0.etag = stale.etag
                    }
                }
                await expectRefusal(.invalidArgument, "FIELD_INVALID") { try await administrator.createAgent("") }
                await expectRefusal(.notFound, "AGENT_NOT_FOUND") {
                    try await administrator.update(.max) { $0.name = "c" }
                }
                await expectRefusal(.alreadyExists, "EMAIL_TAKEN") {
                    try await administrator.createUser("ada@acme.example")
                }
                await expectRefusal(.notFound, "USER_NOT_FOUND") {
                    try await administrator.deleteUser(world.carol.id)
                }
                await expectRefusal(.notFound, "TOKEN_NOT_FOUND") { try await administrator.revokeToken("x") }
                await expectRefusal(.invalidArgument, "FIELD_INVALID") {
                    try await administrator.updateTenantSettings(["colour": "red"])
                }
                let after = try Self.contents(world)
                #expect(after == before)
            }
        }
    }

    @Test("Every attempt of a member that needs an administrator has one row, which says refused")
    func attempts() async throws {
        let methods = try AccessTable().rows.filter { $0.answers["member"] == "ROLE_REQUIRED" }
        #expect(methods.count > 10)
        try await World.with { world in
            try await world.speak(as: world.ada) { ada in
                for method in methods {
                    // Of most methods the role is looked at before the request; the others take the id of a user.
                    var request = IssueTokenRequest()
                    request.userID = world.bob.id
                    let response = try await ada.send(
                        method.path, request, headers: [Header("x-request-id", method.method)])
                    #expect(try Refusal(response).reason == "ROLE_REQUIRED", "\(method.method)")
                }
            }
            let rows = try world.database.rows(
                """
                SELECT action, tenant_id, actor_tenant_id, actor_user_id, token_id, object_type, object_id, changes
                FROM audit_events WHERE outcome = 'refused' AND call_id = action ORDER BY id
                """)
            let (ada, key) = (world.ada, world.ada.keyID)
            #expect(rows == methods.map { [$0.method, ada.tenantID, ada.tenantID, "\(ada.id)", key, "", "", nil] })
            let all = try world.database.rows("SELECT count(*) FROM audit_events WHERE outcome = 'refused'")
            #expect(all == [["\(methods.count)"]])
        }
    }

    private static let signingSecret = "canary-secret-0123456789-0123456789-0123456789"

    @Test("The texts of an agent never stand in the trail; that they changed does, with lengths and digests")
    func texts() async throws {
        try await World.with { world in
            let agent = try await world.speak(as: world.ada) { ada in
                var request = CreateAgentRequest()
                var agent = AgentMessage()
                agent.name = "private"
                agent.agentType = AgentType.research.rawValue
                agent.description = "A helper: description-canary."
                agent.systemPrompt = "You answer only Ada: prompt-canary."
                agent.config = #"{"api_key":"config-canary"}"#
                request.agent = agent
                let created: AgentMessage = try await ada.call("AgentService/CreateAgent", request)
                _ = try await ada.update(created.id, mask: ["description", "system_prompt", "config"]) {
                    $0.systemPrompt = String(repeating: "long prompt-canary ", count: 10_000)
                    $0.config = #"{"api_key":"newer config-canary"}"#
                }
                _ = try await ada.update(created.id) { $0.name = "renamed" }
                _ = try await ada.call(
                    "AgentService/DeleteAgent", DeleteAgentRequest(id: created.id), as: AgentMessage.self)
                return try await ada.call(
                    "AgentService/UndeleteAgent", UndeleteAgentRequest(id: created.id), as: AgentMessage.self)
            }
            let events = try await world.speakAsAdministrator { administrator, _ in
                try await administrator.auditEvents(filter: #"object_type = "agent""#)
            }
            let changes = events.filter { $0.objectID == "\(agent.id)" }.map(\.changes)
            try #require(changes.count == 5)
            #expect(changes.allSatisfy { !$0.contains("canary") && $0.utf8.count < 1_000 }, "\(changes)")
            let texts = changes[3]
            for expected in [
                #""before" : "29 bytes, sha256 617a836afe4cc637", "after" : """#,
                #""before" : "35 bytes, sha256 e7f6003d3b9e502c", "after" : "190000 bytes, sha256 "#,
                #""before" : "27 bytes, sha256 883680ceb9bbd88e", "after" : "33 bytes, sha256 "#,
            ] {
                #expect(texts.contains(expected), "\(texts)")
            }
            for other in [changes[0], changes[1], changes[2], changes[4]] { #expect(!other.contains("sha256")) }
        }
    }

    @Test("No secret stands in the trail: no key, no digest, no seal, no signed token")
    func secrets() async throws {
        try await Self.with(settings: ["AGENTD_JWT_SECRET": Self.signingSecret]) { world, actors, _ in
            for change in AuditedChange.all {
                _ = try await change.prepare(actors)(actors.caller(change.actor), [])
            }
            let token = try TestToken(world.ada).signed(secret: Self.signingSecret)
            try await world.daemon.speak(token: token) { caller in
                _ = try await caller.createAgent("signed")
                _ = try await caller.issueToken(requestID: UUIDValue.random().description)
            }
            let signed = try world.database.rows("SELECT count(*) FROM audit_events WHERE token_id = 'jwt'")
            #expect(signed == [["2"]])
            let text = try world.database.rows("SELECT string_agg(to_jsonb(e)::text, ' ') FROM audit_events AS e")
            let trail = try #require(text[0][0])
            #expect(trail.contains(world.ada.keyID))
            for name in ["digest", "secret", "sealed"] { #expect(!trail.contains(name)) }
            for person in [world.ada, world.bob, world.carol] {
                #expect(!trail.contains(String(person.key.split(separator: "_")[2])))
            }
            for part in token.split(separator: ".") { #expect(!trail.contains(part)) }
            let digests = try world.database.rows("SELECT encode(secret_digest, 'hex') FROM tokens")
            #expect(digests.count > 5 && digests.allSatisfy { !trail.contains($0[0] ?? "") })
        }
    }

    private static func with(
        settings: [String: String] = [:],
        _ body: (World, AuditedChange.Actors, (AuditedChange.Actor) -> World.Person) async throws -> Void
    ) async throws {
        try await World.with(settings: settings) { world in
            try await world.speakAsSystemAdministrator { root in
                let user = try await root.user()
                let systemAdministrator = World.Person(
                    id: user.id, tenantID: user.tenantID, key: world.systemAdministrator)
                try await world.speakAsAdministrator { administrator, dora in
                    try await world.speak(as: world.ada) { ada in
                        let actors = AuditedChange.Actors(
                            member: ada, administrator: administrator, systemAdministrator: root)
                        try await body(world, actors) { actor in
                            switch actor {
                            case .member: world.ada
                            case .administrator: dora
                            case .systemAdministrator: systemAdministrator
                            }
                        }
                    }
                }
            }
        }
    }
}
