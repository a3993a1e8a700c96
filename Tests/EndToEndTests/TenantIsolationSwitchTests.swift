import Testing

internal import AgentdCore
internal import Messages
internal import TestSupport

/// `ENABLE_TENANT_ISOLATION=false`: everything belongs to the tenant of `DEFAULT_TENANT_SLUG`.
@Suite("Switch of tenant isolation", .timeLimit(.minutes(4)))
struct TenantIsolationSwitchTests {
    private static let configurationError: Int32 = 78
    private static let off = ["ENABLE_TENANT_ISOLATION": "false"]

    private static func insert(_ slug: String, _ state: String, _ database: TestDatabase) throws {
        let deleteTime = state == "deleted" ? "now()" : "NULL"
        try database.execute(
            """
            INSERT INTO tenants (slug, display_name, state, delete_time)
            VALUES ('\(slug)', '\(slug)', '\(state)', \(deleteTime))
            """)
    }

    @Test("On a database without a tenant two daemons that start at once make the same one")
    func noTenant() async throws {
        try await TestDatabase.with { database in
            let settings = Self.off.merging(["DEFAULT_TENANT_SLUG": "home"]) { $1 }
            async let first: Void = Daemon.with(database, settings: settings) { _ in }
            async let second: Void = Daemon.with(database, settings: settings) { _ in }
            _ = try await (first, second)
            #expect(try database.rows("SELECT slug, state FROM tenants") == [["home", "active"]])
            #expect(try database.rows("SELECT action, actor_user_id FROM audit_events") == [["agentd serve", "0"]])
        }
    }

    @Test("With the default tenant alone it serves, whatever was deleted before", .bothDoors)
    func defaultAlone() async throws {
        try await TestDatabase.with { database in
            try Self.insert("default", "active", database)
            try Self.insert("acme", "deleted", database)
            let key = try await World.systemAdministratorKey(database)
            try await Daemon.with(database, settings: Self.off) { daemon in
                let user = try await daemon.speak(token: key) { try await $0.whoAmI().user }
                #expect(user?.email == "system-administrator@localhost")
            }
            #expect(try database.rows("SELECT count(*) FROM tenants") == [["2"]])
        }
    }

    /// What there is besides, and what a refusal must say.
    private static let contradictions: [(slug: String, state: String, words: [String])] = [
        ("default", "suspended", ["the tenant default", "is suspended", "agentctl tenants resume default"]),
        ("default", "deleted", ["the tenant default", "is deleted", "agentctl tenants undelete"]),
        ("acme", "active", ["also has acme", "Set ENABLE_TENANT_ISOLATION=true, or delete every other tenant"]),
        ("acme", "suspended", ["also has acme", "DEFAULT_TENANT_SLUG=acme"]),
    ]

    @Test("A database that is not one of this tenant alone is refused with what to do", arguments: contradictions)
    func contradiction(slug: String, state: String, words: [String]) async throws {
        try await TestDatabase.with { database in
            try Self.insert(slug, state, database)
            let exit = try await Daemon.refusedStart(database, settings: Self.off)
            #expect(exit.code == Self.configurationError)
            #expect(exit.log.contains("ENABLE_TENANT_ISOLATION is false"), "\(exit.log)")
            #expect(words.allSatisfy(exit.log.contains), "\(exit.log)")
            #expect(try database.rows("SELECT slug, state FROM tenants") == [[slug, state]])

            let verified = try await Program.run(
                "agentd", ["verify-isolation"], environment: Daemon.environment(database).merging(Self.off) { $1 })
            #expect(verified.code == 1)
            #expect(words.allSatisfy(verified.output.contains), "\(verified.output)")

            // It is the setting that asks for it.
            try await Daemon.with(database) { _ in }
        }
    }

    @Test("verify-isolation makes no tenant")
    func verify() async throws {
        try await TestDatabase.with { database in
            let exit = try await Program.run(
                "agentd", ["verify-isolation"], environment: Daemon.environment(database).merging(Self.off) { $1 })
            #expect(exit.code == 0, "\(exit.output)")
            #expect(exit.output.contains("single tenant"))
            #expect(try database.rows("SELECT count(*) FROM tenants") == [["0"]])
        }
    }

    @Test("An embedded database gets its tenant by itself, which keeps its slug, and there can be no other one")
    func embedded() async throws {
        try await TemporaryFolder.with { folder in
            let data = EmbeddedFolder(path: "\(folder)/data")
            defer { data.killEverything() }
            let daemon = try await Daemon.start(settings: data.settings.merging(Self.off) { $1 })
            let exit = try await Program.run("agentd", ["token", "create", "--system-admin", "--data-dir", data.path])
            #expect(exit.code == 0, "\(exit.log)")
            let key = exit.output.split(separator: "\n").joined()
            try await daemon.speak(token: key) { caller in
                let tenant = try await caller.whoAmI().tenant
                #expect(tenant?.slug == "default")
                try await Self.expectSingle(caller, id: tenant?.id ?? "")
            }
            await daemon.stop()
        }
    }

    /// - Parameter id: Of the tenant.
    private static func expectSingle(_ caller: Caller, id: String) async throws {
        await expectRefusal(.failedPrecondition, "SINGLE_TENANT") {
            try await caller.createTenant("acme", features: [])
        }
        await expectRefusal(.failedPrecondition, "SINGLE_TENANT") { try await caller.undeleteTenant(id) }
        for mask in [nil, ["slug"], ["slug", "display_name"]] {
            await expectRefusal(.failedPrecondition, "SINGLE_TENANT") {
                try await caller.updateTenant(id, mask: mask) { $0.slug = "other" }
            }
        }
        let changed = try await caller.updateTenant(id) { $0.displayName = "Home" }
        #expect(changed.slug == "default" && changed.displayName == "Home")
    }
}
