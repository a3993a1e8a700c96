import Testing

internal import AgentdCore
internal import Foundation
internal import Messages
internal import TestSupport

/// The commonest mistakes, and what a person is told.
@Suite("agentctl helps with mistakes", .sharedWorld(), .timeLimit(.minutes(2)))
struct AgentctlMistakeTests {
    private static func team(_ world: World, features: [String] = []) async throws -> TenantTeam {
        try await world.speakAsSystemAdministrator { try await TenantTeam.make("help", features: features, by: $0) }
    }

    // MARK: Tokens

    @Test("No token: it says all the ways to give one")
    func tokenMissing() async throws {
        try await World.shared.agentctl(as: nil, "whoami").expectFailure(
            1, "UNAUTHENTICATED (TOKEN_MISSING)", "AGENTD_TOKEN,", "--token-file", "agentctl.json")
    }

    @Test("A token that is none: it says where it came from")
    func tokenInvalid() async throws {
        let world = try World.shared
        try await world.agentctl(token: "agd_whatever", ["whoami"]).expectFailure(
            1, "UNAUTHENTICATED (TOKEN_INVALID)", "hint: the token comes from AGENTD_TOKEN", world.daemon.address)
        try await TemporaryFolder.with { folder in
            let path = "\(folder)/token"
            try "agd_whatever\n".write(toFile: path, atomically: true, encoding: .utf8)
            try await world.agentctl(as: nil, "whoami", "--token-file", path).expectFailure(
                1, "the token comes from \(path) (--token-file)")
            try world.bob.key.write(toFile: path, atomically: true, encoding: .utf8)
            let exit = try await world.agentctl(as: nil, "whoami", environment: ["AGENTD_TOKEN_FILE": path])
            #expect(exit.success().contains("bob@acme.example"))
            try "one two".write(toFile: path, atomically: true, encoding: .utf8)
            try await world.agentctl(as: nil, "whoami", "--token-file", path).expectFailure(
                64, "must hold one token and nothing else")
            try await world.agentctl(as: nil, "whoami", "--token-file", "\(folder)/none").expectFailure(
                64, "--token-file: cannot read \(folder)/none: No such file or directory")
        }
    }

    @Test("A token that has expired or was revoked, or whose user is not active: it says what to do")
    func tokenDead() async throws {
        let world = try World.shared
        let team = try await Self.team(world)
        let (boss, member) = (team.administrator, team.member)
        let soon = Timestamp(microseconds: Int64(Date.now.timeIntervalSince1970 * 1e6) + 300_000)
        let expired = try await world.speak(as: member) { try await $0.issueToken(expireTime: soon).secret }
        try await waitUntil { try await world.agentctl(token: expired, ["whoami"]).code != 0 }
        try await world.agentctl(token: expired, ["whoami"]).expectFailure(
            1, "UNAUTHENTICATED (TOKEN_EXPIRED)", "have another one issued with `agentctl tokens issue`")
        let revoked = try await world.speak(as: member) { member in
            let issued = try await member.issueToken()
            _ = try await member.revokeToken(issued.token?.id ?? "")
            return issued.secret
        }
        try await world.agentctl(token: revoked, ["whoami"]).expectFailure(
            1, "UNAUTHENTICATED (TOKEN_REVOKED)", "have another one issued")
        _ = try await world.agentctl(as: boss, "users", "update", "\(member.id)", "--no-active").success()
        try await world.agentctl(as: member, "whoami").expectFailure(
            1, "UNAUTHENTICATED (USER_INACTIVE)", "agentctl users update ID --active")
    }

    // MARK: Connections

    @Test("Nobody listens: it asks whether agentd runs there, and says where that address came from")
    func refused() async throws {
        let world = try World.shared
        let port = try UnusedPort()
        let address = "127.0.0.1:\(port.number)"
        try await world.agentctl(as: world.bob, "agents", "list", "--address", address).expectFailure(
            69, "onnect to \(address): connection refused", "is agentd running at \(address) (from --address)?")
        withExtendedLifetime(port) {}
    }

    @Test("Something else listens: it says so")
    func wrongPort() async throws {
        let world = try World.shared
        try await ForeignServer.with(answer: "HTTP/1.1 400 Bad Request\r\n\r\n") { server in
            let address = server.address
            try await world.agentctl(as: world.bob, "whoami", "--address", address).expectFailure(
                69, "\(address) does not speak agentd's framed protocol but HTTP, as the admin address does",
                "its port is 50051 unless AGENTD_LISTEN")
        }
    }

    // MARK: Rights

    @Test("A role that is too small: it says which is needed, and who calls")
    func role() async throws {
        let world = try World.shared
        let team = try await Self.team(world)
        try await world.agentctl(as: team.member, "users", "list").expectFailure(
            1, "PERMISSION_DENIED (ROLE_REQUIRED): This needs the role TENANT_ADMIN.",
            "you are member@\(team.slug).example, a MEMBER of \(team.slug), by the token from AGENTD_TOKEN")
        try await world.agentctl(as: team.administrator, "tenants", "list").expectFailure(
            1, "role SYSTEM_ADMIN", "a TENANT_ADMIN of \(team.slug)", "agentd token create --system-admin")
    }

    @Test("Somebody else's agent: it says how to find out whose")
    func owner() async throws {
        let world = try World.shared
        let agent = try await world.speak(as: world.ada) { try await $0.createAgent("hers", isPublic: true) }
        try await world.agentctl(as: world.bob, "agents", "delete", "\(agent.id)", "--yes").expectFailure(
            1, "PERMISSION_DENIED (NOT_OWNER)", "`agentctl agents get` who owns it")
    }

    @Test("A feature that is not switched on: it says which, and who can switch it on")
    func feature() async throws {
        let world = try World.shared
        let team = try await Self.team(world)
        try await world.agentctl(as: team.member, "agents", "create", "--name", "x", "--type", "CUSTOM", "--public")
            .expectFailure(
                1, "FAILED_PRECONDITION (FEATURE_DISABLED)", "custom_agents",
                "a system administrator switches on with "
                    + "`agentctl tenants update \(team.slug) --add-feature custom_agents --add-feature agent_sharing`")
    }

    // MARK: Tenants

    @Test("A tenant that is suspended: its callers are told who lets it work again, administrators how")
    func suspended() async throws {
        let world = try World.shared
        let team = try await Self.team(world)
        _ = try await world.agentctlAsRoot("tenants", "suspend", team.slug, "--yes").success()
        try await world.agentctl(as: team.member, "whoami").expectFailure(
            1, "FAILED_PRECONDITION (TENANT_SUSPENDED)", "a system administrator lets the tenant of the token")
        try await world.agentctlAsRoot("users", "create", "--email", "x@y.example", "--tenant", team.slug)
            .expectFailure(
                1, "the tenant \(team.slug) (from --tenant)", "`agentctl tenants resume \(team.slug)`")
        _ = try await world.agentctlAsRoot("tenants", "delete", team.slug, "--yes").success()
        try await world.agentctl(as: team.member, "whoami").expectFailure(
            1, "FAILED_PRECONDITION (TENANT_DELETED)", "agentctl tenants undelete ID")
    }

    @Test("A tenant that is not there, or not the caller's")
    func tenants() async throws {
        let world = try World.shared
        try await world.agentctlAsRoot("users", "list", "--tenant", "nobody").expectFailure(
            1, "NOT_FOUND (TENANT_NOT_FOUND)", "the tenant nobody (from --tenant) is not there: `agentctl tenants list`"
        )
        try await world.agentctlAsRoot("tenants", "get", "nobody").expectFailure(
            1, "NOT_FOUND (TENANT_NOT_FOUND)", "`agentctl tenants list --show-deleted` shows all tenants")
        try await world.agentctl(as: world.bob, "agents", "list", environment: ["AGENTD_TENANT": "globex"])
            .expectFailure(
                1, "PERMISSION_DENIED (TENANT_MISMATCH)", "the tenant globex (from AGENTD_TENANT)",
                "you are bob@acme.example of acme")
    }

    @Test("A system administrator who makes what belongs to a user of the tenant: it says how")
    func mismatch() async throws {
        let world = try World.shared
        for command in [["agents", "create", "--name", "x", "--type", "RESEARCH"], ["tokens", "issue"]] {
            try await world.agentctl(token: world.systemAdministrator, command + ["--tenant", "acme"]).expectFailure(
                1, "PERMISSION_DENIED (TENANT_MISMATCH)", "you selected the tenant acme (from --tenant)",
                "`agentctl tokens issue --tenant acme --user-id ID`")
        }
    }

    // MARK: Limits

    @Test("A quota that is reached: it says which, and how to raise it")
    func quotas() async throws {
        let world = try World.shared
        let team = try await Self.team(world)
        _ = try await world.agentctlAsRoot(
            "tenants", "update", team.slug, "--max-agents", "1", "--max-users", "2", "--max-tokens", "2"
        ).success()
        let create = ["agents", "create", "--name", "x", "--type", "RESEARCH"]
        _ = try await world.agentctl(token: team.member.key, create).success()
        for (command, reason, option) in [
            (create, "QUOTA_AGENTS", "--max-agents"),
            (["users", "create", "--email", "more@x.example"], "QUOTA_USERS", "--max-users"),
            (["tokens", "issue"], "QUOTA_TOKENS", "--max-tokens"),
        ] {
            let caller = command[0] == "agents" ? team.member : team.administrator
            // At once: waiting would not help.
            try await world.agentctl(token: caller.key, command + ["--timeout", "100s"]).expectFailure(
                1, "RESOURCE_EXHAUSTED (\(reason))", "`agentctl tenants stats` counts them",
                "`agentctl tenants update \(team.slug) \(option) NUMBER`")
        }
    }

    @Test("Too many calls a second: it says when to try again, and waits by itself when it has the time")
    func rate() async throws {
        let world = try World.shared
        let team = try await Self.team(world)
        _ = try await world.agentctlAsRoot("tenants", "update", team.slug, "--requests-per-second", "1").success()
        try await world.speak(as: team.member) { member in
            // One that takes long to start may come when there is room again.
            try await waitUntil {
                _ = try? await member.whoAmI()
                let exit = try await world.agentctl(as: team.member, "whoami", "--timeout", "100ms")
                guard exit.code != 0 else { return false }
                exit.expectFailure(
                    1, "RESOURCE_EXHAUSTED (RATE_LIMIT)", "hint: try again in ", " --requests-per-second NUMBER`")
                return true
            }
        }
        #expect(try await world.agentctl(as: team.member, "whoami").success().contains("member@"))
    }

    // MARK: Requests

    @Test("An etag that is no longer true, a page token of another list, an id that was used")
    func conditions() async throws {
        let world = try World.shared
        let ids = try await world.speak(as: world.ada) { ada in
            [try await ada.createAgent("one").id, try await ada.createAgent("two").id]
        }
        try await world.agentctl(as: world.ada, "agents", "update", "\(ids[0])", "--name", "x", "--etag", "r99")
            .expectFailure(1, "ABORTED (ETAG_MISMATCH)", "read it again with `get`")
        try await world.agentctl(as: world.ada, "agents", "list", "--page-token", "AAAA").expectFailure(
            1, "INVALID_ARGUMENT (PAGE_TOKEN_INVALID)", "begin again without --page-token")
        let requestID = ["--request-id", UUID().uuidString]
        let token = world.ada.key
        _ = try await world.agentctl(token: token, ["agents", "update", "\(ids[0])", "--name", "a"] + requestID)
            .success()
        try await world.agentctl(token: token, ["agents", "update", "\(ids[1])", "--name", "a"] + requestID)
            .expectFailure(1, "INVALID_ARGUMENT (REQUEST_ID_REUSED)", "leave it out for another change")
    }

    @Test("A setting that there is not: it says which was meant")
    func setting() async throws {
        let world = try World.shared
        let team = try await Self.team(world)
        let boss = team.administrator
        try await world.agentctl(as: boss, "settings", "set", "default_page_size=3", "default_agent_staus=ACTIVE")
            .expectFailure(
                1, "INVALID_ARGUMENT (FIELD_INVALID)", "\"default_agent_staus\" is no setting",
                "hint: did you mean default_agent_status?")
        try await world.agentctl(as: boss, "settings", "reset", "max_promt_bytes").expectFailure(
            1, "hint: did you mean max_prompt_bytes?")
        try await world.agentctl(as: boss, "settings", "set", "default_agent_status=RUNNING").expectFailure(
            1, "must be one of DRAFT, ACTIVE, PAUSED, ARCHIVED")
        try await world.agentctl(as: boss, "settings", "set", "default_agent_status").expectFailure(
            64, "is invalid for '<key=value>'")
    }

    @Test("A change whose outcome is open: it says how to repeat it safely")
    func outcome() async throws {
        try await World.with { world in
            let lock = try TableLock(world.database)
            let create = ["agents", "create", "--name", "open", "--type", "RESEARCH"]
            let exit = try await world.agentctl(token: world.bob.key, create + ["--timeout", "300ms"])
            try lock.release()
            exit.expectFailure(
                1, "error: DEADLINE_EXCEEDED: ", "hint: within 24 hours the same command with --request-id ")
            let id = try #require(exit.log.firstMatch(of: /--request-id ([0-9a-f-]{36})/)?.1)
            for _ in 0..<2 {
                _ = try await world.agentctl(token: world.bob.key, create + ["--request-id", "\(id)"]).success()
            }
            let list = try await world.agentctl(as: world.bob, "agents", "list", "--output", "json")
            #expect(try list.list("agents").map { $0["name"] as? String } == ["open"])
        }
    }
}
