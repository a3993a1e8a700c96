import Testing

internal import AgentdCore
internal import Messages
internal import TestSupport

/// What `UserService` does for the administrators of a tenant.
@Suite("UserService", .bothDoors, .timeLimit(.minutes(3)))
struct UserServiceTests {
    private func asAdministrator(_ body: (Caller, World) async throws -> Void) async throws {
        try await World.with { world in
            try await world.speakAsAdministrator { caller, _ in try await body(caller, world) }
        }
    }

    @Test("An administrator creates users, whose keys work, and reads them as they are")
    func creation() async throws {
        try await asAdministrator { administrator, world in
            let created = try await administrator.createUser(
                "Eve@Acme.example", role: .tenantAdministrator, displayName: "Évé 🙂")
            #expect(created.email == "Eve@Acme.example" && created.displayName == "Évé 🙂")
            #expect(created.role == Role.tenantAdministrator.rawValue && created.isActive)
            #expect(created.tenantID == world.ada.tenantID && !created.etag.isEmpty)
            #expect(created.createTime != nil && created.createTime == created.updateTime && created.deleteTime == nil)
            let read = try await administrator.getUser(created.id)
            #expect(read == created)
            let key = try await administrator.issueToken(for: created.id).secret
            try await world.speak(as: World.Person(id: created.id, tenantID: created.tenantID, key: key)) { eve in
                let own = try await eve.user()
                #expect(own == created)
            }
            let plain = try await administrator.createUser("plain@acme.example")
            #expect(plain.role == Role.member.rawValue)
            await expectRefusal(.alreadyExists, "EMAIL_TAKEN") {
                try await administrator.createUser("eve@acme.EXAMPLE")
            }
            // Another tenant may have the same email.
            _ = try await administrator.createUser("carol@globex.example")
        }
    }

    @Test("Another tenant's user is, to the byte, as one that never was")
    func otherTenant() async throws {
        try await asAdministrator { administrator, world in
            let reads = [
                try await administrator.answer("UserService/GetUser", GetUserRequest(id: world.carol.id)),
                try await administrator.answer("UserService/GetUser", GetUserRequest(id: .max)),
            ]
            #expect(reads[0] == reads[1])
            let deletions = [
                try await administrator.answer("UserService/DeleteUser", DeleteUserRequest(id: world.carol.id)),
                try await administrator.answer("UserService/DeleteUser", DeleteUserRequest(id: .max)),
            ]
            #expect(deletions[0] == deletions[1])
            for id in [world.carol.id, .max] {
                await expectRefusal(.notFound, "USER_NOT_FOUND") { try await administrator.getUser(id) }
                await expectRefusal(.notFound, "USER_NOT_FOUND") { try await administrator.setActive(false, of: id) }
                await expectRefusal(.notFound, "USER_NOT_FOUND") { try await administrator.deleteUser(id) }
            }
            try await world.speak(as: world.carol) { _ = try await $0.user() }
        }
    }

    @Test("An update changes the fields of its mask and no other; without a mask, those that are populated")
    func masks() async throws {
        try await asAdministrator { administrator, world in
            let id = world.bob.id
            let masked = try await administrator.updateUser(id, mask: ["display_name"]) {
                $0.displayName = "Bob"
                $0.role = Role.tenantAdministrator.rawValue
            }
            #expect(masked.displayName == "Bob" && masked.role == Role.member.rawValue && masked.isActive)
            let populated = try await administrator.updateUser(id) { $0.role = Role.tenantAdministrator.rawValue }
            #expect(populated.displayName == "Bob" && populated.role == Role.tenantAdministrator.rawValue)
            let all = try await administrator.updateUser(id, mask: ["*"]) { $0.role = Role.member.rawValue }
            #expect(all.displayName == "" && all.role == Role.member.rawValue && !all.isActive)
            for path in ["email", "id", "tenant_id", "etag", "delete_time", "unknown", "role.name", ""] {
                await expectRefusal(.invalidArgument, "FIELD_INVALID") {
                    try await administrator.updateUser(id, mask: [path]) { $0.displayName = "x" }
                }
            }
            await expectRefusal(.invalidArgument, "FIELD_INVALID") { try await administrator.updateUser(id) { _ in } }
            await expectRefusal(.invalidArgument, "FIELD_INVALID") {
                try await administrator.updateUser(id, mask: ["display_name"]) { $0.displayName = "a\nb" }
            }
            let kept = try await administrator.getUser(id)
            #expect(kept == all)
        }
    }

    @Test("The etag changes with every change, and a stale one is ABORTED")
    func etags() async throws {
        try await asAdministrator { administrator, world in
            let first = try await administrator.getUser(world.bob.id)
            let second = try await administrator.updateUser(first.id) {
                $0.displayName = "b"
                $0.etag = first.etag
            }
            #expect(second.etag != first.etag)
            for etag in [first.etag, "nonsense"] {
                await expectRefusal(.aborted, "ETAG_MISMATCH") {
                    try await administrator.updateUser(first.id) {
                        $0.displayName = "c"
                        $0.etag = etag
                    }
                }
                await expectRefusal(.aborted, "ETAG_MISMATCH") {
                    try await administrator.deleteUser(first.id, etag: etag)
                }
            }
            let deleted = try await administrator.deleteUser(first.id, etag: second.etag)
            #expect(deleted.deleteTime != nil)
        }
    }

    @Test("A deleted user's keys die at once, its email is free, and it stays to be read by administrators alone")
    func deletion() async throws {
        try await asAdministrator { administrator, world in
            try await world.speak(as: world.bob) { bob in
                let second = try await bob.issueToken()
                _ = try await bob.createAgent("Bob's")
                let deleted = try await administrator.deleteUser(world.bob.id)
                #expect(!deleted.isActive && deleted.deleteTime != nil && deleted.email == "bob@acme.example")
                let refusals = ["TOKEN_REVOKED", "USER_INACTIVE"]
                for key in [world.bob.key, second.secret] {
                    do {
                        _ = try await bob.user(headers: [Header("authorization", "Bearer \(key)")])
                        Issue.record("a key of a deleted user works")
                    } catch let refusal as Refusal {
                        #expect(refusal.code == .unauthenticated && refusals.contains(refusal.reason))
                    }
                }
                let read = try await administrator.getUser(world.bob.id)
                #expect(read == deleted)
                await expectRefusal(.failedPrecondition, "USER_DELETED") {
                    try await administrator.setActive(true, of: world.bob.id)
                }
                await expectRefusal(.failedPrecondition, "USER_DELETED") {
                    try await administrator.deleteUser(world.bob.id)
                }
                await expectRefusal(.notFound, "USER_NOT_FOUND") {
                    try await administrator.issueToken(for: world.bob.id)
                }
                let successor = try await administrator.createUser("BOB@acme.example")
                #expect(successor.id != world.bob.id)
            }
            let valid = try world.database.rows(
                "SELECT count(*) FROM tokens WHERE user_id = $1::bigint AND revoke_time IS NULL", ["\(world.bob.id)"])
            #expect(valid == [["0"]])
            let agents = try world.database.rows(
                "SELECT name, is_active FROM agents WHERE owner_id = $1::bigint", ["\(world.bob.id)"])
            #expect(agents == [["Bob's", "t"]])
        }
    }

    @Test("The agents of a deleted user stay, and administrators list them")
    func agentsOfDeletedUser() async throws {
        try await asAdministrator { administrator, world in
            let left = try await world.speak(as: world.bob) { bob in
                let living = try await bob.createAgent("Bob's")
                let deleted = try await bob.createAgent("gone")
                _ = try await bob.call(
                    "AgentService/DeleteAgent", DeleteAgentRequest(id: deleted.id), as: AgentMessage.self)
                return living
            }
            var request = ListAgentsRequest()
            request.filter = "owner_id = \(world.bob.id)"
            // As long as its owner is there, an agent is its owner's to list.
            let before = try await administrator.list(request)
            #expect(before.agents == [])
            _ = try await administrator.deleteUser(world.bob.id)
            let after = try await administrator.list(request)
            #expect(after.agents == [left])
            let byMember = try await world.speak(as: world.ada) { try await $0.list(request) }
            #expect(byMember.agents == [])
            request.filter = "owner_id = \(world.carol.id)"
            let ofOtherTenant = try await administrator.list(request)
            #expect(ofOtherTenant.agents == [])
        }
    }

    @Test("A user that is deactivated cannot call until it is active again")
    func deactivation() async throws {
        try await asAdministrator { administrator, world in
            try await world.speak(as: world.bob) { bob in
                for _ in 0..<3 {
                    _ = try await administrator.setActive(false, of: world.bob.id)
                    await expectRefusal(.unauthenticated, "USER_INACTIVE") { try await bob.user() }
                    await expectRefusal(.notFound, "USER_NOT_FOUND") {
                        try await administrator.issueToken(for: world.bob.id)
                    }
                    _ = try await administrator.setActive(true, of: world.bob.id)
                    let own = try await bob.user()
                    #expect(own.isActive)
                }
            }
        }
    }

    @Test("The same request id gives the first answer, whatever happened since, and has one effect")
    func replays() async throws {
        try await asAdministrator { administrator, world in
            func newID() -> String { UUIDValue.random().description }
            let (createID, updateID, deleteID) = (newID(), newID(), newID())
            let created = try await administrator.createUser("eve@acme.example", requestID: createID)
            let updated = try await administrator.updateUser(created.id, requestID: updateID) { $0.displayName = "E" }
            let deleted = try await administrator.deleteUser(created.id, requestID: deleteID)
            let createdAgain = try await administrator.createUser("eve@acme.example", requestID: createID)
            #expect(createdAgain == created)
            let updatedAgain = try await administrator.updateUser(created.id, requestID: updateID) {
                $0.displayName = "E"
            }
            #expect(updatedAgain == updated)
            let deletedAgain = try await administrator.deleteUser(created.id, requestID: deleteID)
            #expect(deletedAgain == deleted)
            for requestID in [createID, updateID] {
                await expectRefusal(.invalidArgument, "REQUEST_ID_REUSED") {
                    try await administrator.deleteUser(world.bob.id, requestID: requestID)
                }
            }
            let actions = try world.database.rows(
                "SELECT action FROM audit_events WHERE object_type = 'user' AND object_id = $1 ORDER BY id",
                ["\(created.id)"])
            #expect(
                actions == [["UserService.CreateUser"], ["UserService.UpdateUser"], ["UserService.DeleteUser"]])
        }
    }

    @Test("Every change has one audit row, with what was before and after")
    func audit() async throws {
        try await asAdministrator { administrator, world in
            let created = try await administrator.createUser("eve@acme.example")
            _ = try await administrator.issueToken(for: created.id)
            _ = try await administrator.setRole(.tenantAdministrator, of: created.id)
            _ = try await administrator.deleteUser(created.id)
            let rows = try world.database.rows(
                """
                SELECT action, changes -> 'role' ->> 'before', changes -> 'role' ->> 'after',
                    changes -> 'is_active' ->> 'after', changes -> 'valid_tokens' ->> 'before', token_id <> ''
                FROM audit_events WHERE object_type = 'user' AND object_id = $1 ORDER BY id
                """, ["\(created.id)"])
            #expect(
                rows == [
                    ["UserService.CreateUser", nil, nil, nil, nil, "t"],
                    ["UserService.UpdateUser", "member", "tenant_admin", nil, nil, "t"],
                    ["UserService.DeleteUser", nil, nil, "false", "1", "t"],
                ])
            let texts = try world.database.rows("SELECT string_agg(changes::text, '') FROM audit_events")
            #expect(texts[0][0]?.contains("secret") == false)
        }
    }
}
