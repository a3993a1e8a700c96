import Testing

internal import AgentdCore
internal import Messages
internal import TestSupport

/// Who may change whom, and who must be left.
@Suite("The roles of users", .bothDoors, .timeLimit(.minutes(3)))
struct UserRoleTests {
    @Test("Who is no administrator reads itself and nobody else, and learns nothing of whether there are others")
    func members() async throws {
        try await World.with { world in
            try await world.speak(as: world.bob) { bob in
                let own = try await bob.getUser(world.bob.id)
                #expect(own.email == "bob@acme.example")
                var answers: Set<[UInt8]> = []
                for id in [world.ada.id, world.carol.id, .max] {
                    await expectRefusal(.permissionDenied, "ROLE_REQUIRED") { try await bob.getUser(id) }
                    answers.insert(try await bob.answer("UserService/GetUser", GetUserRequest(id: id)))
                }
                #expect(answers.count == 1)
                await expectRefusal(.permissionDenied, "ROLE_REQUIRED") { try await bob.createUser("x@acme.example") }
                await expectRefusal(.permissionDenied, "ROLE_REQUIRED") { try await bob.listUsers() }
                await expectRefusal(.permissionDenied, "ROLE_REQUIRED") {
                    try await bob.setRole(.tenantAdministrator, of: world.bob.id)
                }
                await expectRefusal(.permissionDenied, "ROLE_REQUIRED") { try await bob.deleteUser(world.bob.id) }
            }
            let methods =
                Array(repeating: "GetUser", count: 6) + ["CreateUser", "ListUsers", "UpdateUser", "DeleteUser"]
            let attempts = try world.refusedAttempts()
            #expect(attempts == methods.map { ["UserService.\($0)", "\(world.bob.id)"] })
        }
    }

    @Test("SYSTEM_ADMIN is given by nobody")
    func systemAdministratorIsNotGiven() async throws {
        try await World.with { world in
            let person = try await world.makeAdministrator()
            for isSystemAdministrator in [false, true] {
                let key = isSystemAdministrator ? world.systemAdministrator : person.key
                try await world.daemon.speak(token: key, tenant: "acme") { caller in
                    for role in [3, 4, -1] as [Int32] {
                        await expectFieldRefusal("user.role") {
                            try await caller.updateUser(world.bob.id, mask: ["role"]) { $0.role = role }
                        }
                    }
                    await expectFieldRefusal("user.role") {
                        try await caller.createUser("x@acme.example", role: .systemAdministrator)
                    }
                    await expectFieldRefusal("user.role") {
                        try await caller.updateUser(world.bob.id, mask: ["role"]) { _ in }
                    }
                }
            }
        }
    }

    @Test("A system administrator is changed by system administrators alone, and its role by nobody")
    func systemAdministrators() async throws {
        try await World.with { world in
            try world.database.execute(
                "UPDATE users SET role = 'system_admin' WHERE id IN (\(world.ada.id), \(world.bob.id))")
            let adas = try await world.speak(as: world.ada) { try await $0.issueToken() }
            try await world.speakAsAdministrator { administrator, person in
                let before = try await administrator.getUser(world.ada.id)
                for mask in ["role", "display_name", "is_active"] {
                    await expectRefusal(.permissionDenied, "ROLE_REQUIRED") {
                        try await administrator.updateUser(world.ada.id, mask: [mask]) { $0.role = 1 }
                    }
                }
                await expectRefusal(.permissionDenied, "ROLE_REQUIRED") {
                    try await administrator.deleteUser(world.ada.id)
                }
                await expectRefusal(.permissionDenied, "ROLE_REQUIRED") {
                    try await administrator.issueToken(for: world.ada.id)
                }
                await expectRefusal(.permissionDenied, "ROLE_REQUIRED") {
                    try await administrator.revokeToken(adas.token?.id ?? "")
                }
                let after = try await administrator.getUser(world.ada.id)
                #expect(after == before)
                let attempts = try world.refusedAttempts()
                let actions =
                    Array(repeating: "UserService.UpdateUser", count: 3) + [
                        "UserService.DeleteUser", "TokenService.IssueToken", "TokenService.RevokeToken",
                    ]
                #expect(attempts == actions.map { [$0, "\(person.id)"] })
            }
            try await world.speakAsSystemAdministrator(in: "acme") { administrator in
                let named = try await administrator.updateUser(world.ada.id) { $0.displayName = "Ada" }
                #expect(named.displayName == "Ada")
                for role in [Role.member, .tenantAdministrator] {
                    await expectFieldRefusal("user.role") { try await administrator.setRole(role, of: world.ada.id) }
                }
                _ = try await administrator.setActive(false, of: world.ada.id)
                let deleted = try await administrator.deleteUser(world.ada.id)
                #expect(deleted.deleteTime != nil)
                // Bob is the last one of this tenant.
                await Self.expectProtected(world.bob.id, administrator)
            }
        }
    }

    @Test("The last system administrator of a tenant stays, whoever asks")
    func lastSystemAdministrator() async throws {
        try await World.with { world in
            try await world.speakAsSystemAdministrator { administrator in
                let own = try await administrator.user()
                await Self.expectProtected(own.id, administrator)
                let kept = try await administrator.getUser(own.id)
                #expect(kept == own)
            }
        }
    }

    @Test("The last active administrator of a tenant is neither demoted, nor deactivated, nor deleted")
    func lastAdministrator() async throws {
        try await World.with { world in
            try await world.speakAsAdministrator { administrator, person in
                await Self.expectProtected(person.id, administrator, canBeDemoted: true)
                try await world.speakAsSystemAdministrator(in: "acme") {
                    await Self.expectProtected(person.id, $0, canBeDemoted: true)
                }
                // What leaves it an active administrator is allowed.
                _ = try await administrator.setRole(.tenantAdministrator, of: person.id)
                _ = try await administrator.setActive(true, of: person.id)

                // Neither an inactive nor a deleted one counts, nor one of another tenant.
                let second = try await administrator.createUser("eve@acme.example", role: .tenantAdministrator)
                _ = try await administrator.setActive(false, of: second.id)
                await Self.expectProtected(person.id, administrator, canBeDemoted: true)
                _ = try await administrator.deleteUser(second.id)
                await Self.expectProtected(person.id, administrator, canBeDemoted: true)

                let third = try await administrator.createUser("fay@acme.example", role: .tenantAdministrator)
                let demoted = try await administrator.setRole(.member, of: person.id)
                #expect(demoted.role == Role.member.rawValue)
                await expectRefusal(.permissionDenied, "ROLE_REQUIRED") {
                    try await administrator.setRole(.tenantAdministrator, of: person.id)
                }
                try await world.speakAsSystemAdministrator(in: "acme") {
                    await Self.expectProtected(third.id, $0, canBeDemoted: true)
                }
            }
        }
    }

    @Test("A tenant without an administrator has nobody to protect")
    func noAdministrator() async throws {
        try await World.with { world in
            try await world.speakAsSystemAdministrator(in: "acme") { administrator in
                _ = try await administrator.setActive(false, of: world.ada.id)
                _ = try await administrator.deleteUser(world.ada.id)
                _ = try await administrator.deleteUser(world.bob.id)
            }
        }
    }

    private static func expectProtected(_ id: Int64, _ caller: Caller, canBeDemoted: Bool = false) async {
        await expectRefusal(.failedPrecondition, "LAST_ADMINISTRATOR") { try await caller.setActive(false, of: id) }
        await expectRefusal(.failedPrecondition, "LAST_ADMINISTRATOR") { try await caller.deleteUser(id) }
        guard canBeDemoted else { return }
        await expectRefusal(.failedPrecondition, "LAST_ADMINISTRATOR") { try await caller.setRole(.member, of: id) }
    }
}

/// Expects that one field is refused.
private func expectFieldRefusal(_ field: String, _ body: () async throws -> some Any) async {
    do {
        _ = try await body()
        Issue.record("\(field) was accepted")
    } catch let refusal as Refusal {
        #expect(refusal.reason == "FIELD_INVALID" && refusal.status.violations.map(\.field) == [field])
    } catch {
        Issue.record("expected a refusal of \(field), not \(error)")
    }
}
