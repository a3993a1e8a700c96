import Testing

internal import AgentdCore
internal import Messages
internal import TestSupport

@Suite("A converted database", .timeLimit(.minutes(5)))
struct ConversionServedTests {
    @Test("It is served while the application works on it: agents keep id, owner, visibility, prompt and times")
    func served() async throws {
        try await LegacyApplication.with { application in
            #expect(try await convert(application).code == 0)
            try await application.conversionIsIsolated()
            let key = try await World.systemAdministratorKey(application.database)
            try await Daemon.with(application.database) { daemon in
                let owner = try await personOfAgent(7, application, daemon, key)
                try await RawConnection.with(daemon.port, token: owner.key) { connection in
                    let caller = Caller(connection)
                    let agent = try await caller.getAgent(7)
                    #expect(agent.ownerID == owner.id)
                    #expect(agent.systemPrompt == "You are assistant number 7. Answer «politely».\nThen stop.")
                    #expect(!agent.isPublic)
                    #expect(agent.agentType == AgentType.custom.rawValue)
                    // 2024-01-01 00:07 and 2025-06-01, in UTC.
                    #expect(agent.createTime == Timestamp(microseconds: 1_704_067_620_000_000))
                    #expect(agent.updateTime == Timestamp(microseconds: 1_748_736_000_000_000))
                    // What either writes the other has.
                    try application.execute("UPDATE agents SET system_prompt = 'new' WHERE id = 7")
                    #expect(try await caller.getAgent(7).systemPrompt == "new")
                    let created = try await caller.createAgent("made by agentd")
                    let seen = try application.rows("SELECT name FROM agents WHERE id = \(created.id)")
                    #expect(seen == [["made by agentd"]])
                    _ = try await caller.update(created.id, mask: ["name"]) { $0.name = "renamed" }
                    #expect(try application.rows("SELECT name FROM agents WHERE id = \(created.id)") == [["renamed"]])
                }
            }
            #expect(try await convert(application, "--finish", "--yes").code == 0)
            try await application.conversionIsIsolated()
        }
    }

    @Test("Nothing is served for the tenant before everything is there")
    func early() async throws {
        try await LegacyApplication.with { application in
            let converter = try Program.start(
                "agentd", ["convert", "--max-rate", "50"], environment: application.environment)
            try await waitUntil {
                (try? application.database.rows(
                    "SELECT rows > 10 FROM agentd_conversion.steps WHERE name = 'copy-agents'")) == [["t"]]
            }
            let state = try application.database.rows("SELECT DISTINCT state FROM tenants")
            #expect(state == [["suspended"]])
            converter.signal(9)
            _ = await converter.waitForExit()
            #expect(try await convert(application).code == 0)
            #expect(try application.database.rows("SELECT DISTINCT state FROM tenants") == [["active"]])
        }
    }

    @Test("agentd tenant move-user plans and moves, and the user's key works in its new tenant")
    func moveUser() async throws {
        try await LegacyApplication.with { application in
            #expect(try await convert(application).code == 0)
            let key = try await World.systemAdministratorKey(application.database)
            try await Daemon.with(application.database) { daemon in
                let acme = try await RawConnection.with(daemon.port, token: key) {
                    try await Caller($0).createTenant("acme", features: [])
                }
                let owner = try await personOfAgent(7, application, daemon, key)
                let arguments = ["tenant", "move-user", "--user", String(owner.id), "--to", "acme"]
                let plan = try await Program.run(
                    "agentd", arguments + ["--plan"], environment: application.environment)
                #expect(plan.output.hasPrefix("would move user"))
                #expect(plan.output.contains("from default to acme, with 10 agents and 1 key"))
                let moved = try await Program.run("agentd", arguments, environment: application.environment)
                #expect(moved.code == 0, "\(moved.log)")
                try await waitUntil {
                    let tenant = try? await RawConnection.with(daemon.port, token: owner.key) {
                        try await Caller($0).getAgent(7).tenantID
                    }
                    return tenant == acme
                }
            }
        }
    }

    @Test("Its application and its daemon feel nothing of a conversion")
    func underLoad() async throws {
        try await LegacyApplication.with(users: 200, agents: 4_000) { application in
            let (held, result) = try await LegacyLoad.during(application) { load in
                try await waitUntil { load.count > 200 }
                let (_, longest, samples) = try await LockSampler.during(application.database) {
                    let exit = try await convert(application, "--max-rate", "2000")
                    #expect(exit.code == 0, "\(exit.log)")
                    try await readWhileLoaded(application, load)
                }
                #expect(samples > 100)
                return longest
            }
            #expect(result.failures == [])
            #expect(result.added > 50 && result.removed > 10)
            #expect(held?.milliseconds ?? 0 < 100, "\(held?.relation ?? "")")
            let counts = try application.database.rows(
                """
                SELECT (SELECT count(*) FROM public.agents) - (SELECT count(*) FROM \(application.role).agents),
                    (SELECT count(*) FROM public.agents) - 4000 - \(result.added) + \(result.removed),
                    (SELECT count(*) FROM public.agents AS a FULL JOIN \(application.role).agents AS l ON l.id = a.id
                        WHERE a.name IS DISTINCT FROM coalesce(nullif(l.name, ''), 'Agent ' || l.id)
                            OR a.owner_id IS DISTINCT FROM l.owner_id
                            OR a.system_prompt IS DISTINCT FROM coalesce(l.system_prompt, ''))
                """)
            #expect(counts == [["0", "0", "0"]])
        }
    }

    // MARK: What is done again and again

    private func convert(_ application: LegacyApplication, _ arguments: String...) async throws -> Daemon.Exit {
        try await Program.run("agentd", ["convert"] + arguments, environment: application.environment)
    }

    private func personOfAgent(
        _ id: Int, _ application: LegacyApplication, _ daemon: Daemon, _ key: String
    ) async throws -> World.Person {
        let row = try application.database.rows("SELECT owner_id, tenant_id FROM public.agents WHERE id = \(id)")[0]
        let tenantID = row[1] ?? ""
        let owner = try #require(row[0].flatMap { Int64($0) })
        let issued = try await RawConnection.with(daemon.port, token: key) {
            try await Caller($0).issueToken(for: owner, headers: [Header("x-agentd-tenant", tenantID)])
        }
        return World.Person(id: owner, tenantID: tenantID, key: issued.secret)
    }

    /// The daemon reads an agent again and again beside the application.
    private func readWhileLoaded(_ application: LegacyApplication, _ load: LegacyLoad) async throws {
        let key = try await World.systemAdministratorKey(application.database)
        try await Daemon.with(application.database) { daemon in
            // The application deletes none whose id is a multiple of seven.
            let owner = try await personOfAgent(7, application, daemon, key)
            try await RawConnection.with(daemon.port, token: owner.key) { connection in
                let (caller, before) = (Caller(connection), load.count)
                var reads = 0
                while load.count < before + 400 || reads < 200 {
                    let agent = try await caller.getAgent(7)
                    #expect(agent.ownerID == owner.id)
                    reads += 1
                }
            }
        }
    }
}
