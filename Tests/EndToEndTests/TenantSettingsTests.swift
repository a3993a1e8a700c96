import Testing

internal import AgentdCore
internal import Messages
internal import TestSupport

@Suite("Settings of a tenant", .bothDoors, .timeLimit(.minutes(2)), .sharedWorld())
struct TenantSettingsTests {
    private func withTeam(
        _ name: String, features: [String] = [], _ body: (TenantTeam, Caller, World) async throws -> Void
    ) async throws {
        let world = try World.shared
        let team = try await world.speakAsSystemAdministrator {
            try await TenantTeam.make(name, features: features, by: $0)
        }
        try await world.speak(as: team.administrator) { try await body(team, $0, world) }
    }

    private static func values(_ settings: TenantSettingsMessage) -> [String: String] {
        Dictionary(uniqueKeysWithValues: settings.settings.map { ($0.key, $0.value) })
    }

    private static func stored(_ team: TenantTeam, _ world: World) throws -> String? {
        try world.database.rows("SELECT settings FROM tenants WHERE id = $1::uuid", [team.id]).first?.first ?? nil
    }

    @Test("All settings are shown in a fixed order, with defaults and what they mean, to every user")
    func get() async throws {
        try await withTeam("get") { team, _, world in
            try await world.speak(as: team.member) { member in
                let settings = try await member.tenantSettings()
                #expect(settings.settings.map(\.key) == TenantSetting.all.map(\.key))
                for (shown, setting) in zip(settings.settings, TenantSetting.all) {
                    #expect(shown.value == setting.text(TenantSettings()) && shown.defaultValue == shown.value)
                    #expect(shown.expected == setting.expected && shown.description == setting.description)
                }
                #expect(settings.etag == "r1")
            }
        }
    }

    @Test("What is set is in force and kept in one form; what is not named stays; an empty value takes it back")
    func update() async throws {
        try await withTeam("set") { team, boss, world in
            let first = try await boss.updateTenantSettings([
                "max_prompt_bytes": "1000", "allowed_agent_types": "WORKFLOW, RESEARCH",
            ])
            #expect(Self.values(first)["max_prompt_bytes"] == "1000")
            #expect(Self.values(first)["allowed_agent_types"] == "RESEARCH,WORKFLOW")
            #expect(first.settings.first { $0.key == "max_prompt_bytes" }?.defaultValue == "262144")
            let second = try await boss.updateTenantSettings(["default_page_size": "7", "allowed_agent_types": ""])
            #expect(
                Self.values(second)["max_prompt_bytes"] == "1000" && Self.values(second)["default_page_size"] == "7")
            #expect(try await boss.tenantSettings() == second)
            #expect(second.etag == "r3")
            // What is at its default is not kept, however it came there.
            _ = try await boss.updateTenantSettings(["default_page_size": "50", "default_agent_status": "DRAFT"])
            #expect(try Self.stored(team, world) == #"{"max_prompt_bytes": "1000"}"#)

            let trail = try #require(try world.trail(of: team.id).dropFirst().first)
            #expect(trail.action == "TenantService.UpdateTenantSettings")
            #expect(trail.changes.contains("settings") && trail.changes.contains("1000"))
        }
    }

    @Test("Wrong keys and values are refused, all at once and by name, and then nothing is set")
    func wrong() async throws {
        try await withTeam("wrong") { team, boss, world in
            do {
                _ = try await boss.updateTenantSettings(
                    [
                        "max_prompt_bytes": "0", "colour": "red", "default_agent_status": "draft",
                        "default_page_size": "10", "default_page_size": "11", "audit_retention_days": "x",
                        "allowed_agent_types": "RESEARCH,",
                    ], requestID: "x")
                Issue.record("the settings were changed")
            } catch let refusal as Refusal {
                let violations = refusal.status.violations
                #expect(
                    violations.map(\.field) == [
                        "settings[0].value", "settings[1].key", "settings[2].value", "settings[4].key",
                        "settings[5].value", "settings[6].value", "request_id",
                    ])
                #expect(violations.first?.description.contains("from 1 to 262144") == true)
                #expect(violations.dropFirst().first?.description.contains("max_prompt_bytes") == true)
            }
            await expectRefusal(.invalidArgument, "FIELD_INVALID") { try await boss.updateTenantSettings([:]) }
            #expect(try Self.stored(team, world) == "{}")
        }
    }

    @Test("Public agents by default need the feature that allows public agents")
    func feature() async throws {
        try await withTeam("closed") { _, boss, _ in
            await expectRefusal(.failedPrecondition, "FEATURE_DISABLED") {
                try await boss.updateTenantSettings(["default_agent_visibility": "PUBLIC"])
            }
            _ = try await boss.updateTenantSettings(["default_agent_visibility": "PRIVATE"])
        }
        try await withTeam("open", features: ["agent_sharing"]) { _, boss, _ in
            let settings = try await boss.updateTenantSettings(["default_agent_visibility": "PUBLIC"])
            #expect(Self.values(settings)["default_agent_visibility"] == "PUBLIC")
        }
    }

    @Test("Etag and request id")
    func retries() async throws {
        try await withTeam("retry") { team, boss, world in
            let requestID = UUIDValue.random().description
            func set(_ size: String) async throws -> TenantSettingsMessage {
                try await boss.updateTenantSettings(["default_page_size": size], etag: "r1", requestID: requestID)
            }
            let first = try await set("7")
            _ = try await boss.updateTenantSettings(["default_page_size": "8"])
            #expect(try await set("7") == first)
            await expectRefusal(.invalidArgument, "REQUEST_ID_REUSED") { try await set("9") }
            await expectRefusal(.aborted, "ETAG_MISMATCH") {
                try await boss.updateTenantSettings(["default_page_size": "9"], etag: first.etag)
            }
            #expect(Self.values(try await boss.tenantSettings())["default_page_size"] == "8")
            #expect(try world.trail(of: team.id).count == 3)
        }
    }

    @Test("Members may read and not change; a system administrator changes those of the tenant that it selects")
    func roles() async throws {
        try await withTeam("roles") { team, boss, world in
            try await world.speak(as: team.member) { member in
                await expectRefusal(.permissionDenied, "ROLE_REQUIRED") {
                    try await member.updateTenantSettings(["default_page_size": "9"])
                }
            }
            try await world.speakAsSystemAdministrator(in: team.id) { root in
                _ = try await root.updateTenantSettings(["default_page_size": "9"])
            }
            #expect(Self.values(try await boss.tenantSettings())["default_page_size"] == "9")
            try await world.speakAsSystemAdministrator { root in
                let settings = try await root.tenantSettings()
                #expect(Self.values(settings)["default_page_size"] == "50")
            }
        }
    }
}
