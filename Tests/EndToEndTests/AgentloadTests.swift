import Testing

internal import Foundation
internal import FoundationXML
internal import TestSupport

@Suite("agentload", .sharedWorld(), .timeLimit(.minutes(2)))
struct AgentloadTests {
    private static let short = ["--duration", "0.6", "--warm-up", "0.3", "--in-flight", "8"]

    /// With an agent for those who have none.
    private func world() async throws -> World {
        let world = try World.shared
        for person in [world.ada, world.carol] {
            try await world.speak(as: person) { _ = try await $0.createAgent("to be read") }
        }
        return world
    }

    @Test(
        "Every mix gets through both doors",
        arguments: ["framed", "grpc"],
        [
            ("get", ["GetAgent"]), ("list", ["ListAgents"]), ("create", ["CreateAgent"]), ("update", ["UpdateAgent"]),
            ("mixed", ["GetAgent", "ListAgents", "CreateAgent", "UpdateAgent"]),
        ])
    func mixes(door: String, mix: (name: String, methods: [String])) async throws {
        let world = try await world()
        let exit = try await world.agentload(
            as: [world.ada, world.carol], ["--door", door, "--mix", mix.name] + Self.short)
        let report = try exit.loadReport()
        #expect(report.door == door && report.mix == mix.name && report.loop == "closed")
        #expect(report.calls > 0 && report.tenants == 2)
        #expect(report.failures.isEmpty, "\(exit.output)")
        #expect(Set(report.byMethod.keys).isSubset(of: mix.methods))
        #expect(report.byMethod.values.reduce(0) { $0 + $1.calls } == report.calls)
        #expect(exit.log.isEmpty)
        if mix.name == "create" {
            let left = try world.database.rows("SELECT count(*) FROM agents WHERE name LIKE 'agentload %'")
            #expect(try #require(left.first?.first.flatMap { Int($0 ?? "") }) >= report.calls)
        }
    }

    @Test("An open loop makes as many calls as were due", arguments: ["framed", "grpc"])
    func rate(door: String) async throws {
        let world = try await world()
        let exit = try await world.agentload(
            as: [world.ada], ["--door", door, "--rate", "300", "--duration", "1", "--warm-up", "0.2"])
        let report = try exit.loadReport()
        #expect(report.loop == "open")
        #expect(report.calls == 300, "\(exit.output)")
        #expect(report.failures.isEmpty)
        #expect(report.bySecond.map(\.calls) == [300])
    }

    @Test("Calls go over more connections than are in flight, and many more than connections", arguments: [1, 40])
    func connections(inFlight: Int) async throws {
        let world = try await world()
        let exit = try await world.agentload(
            as: [world.ada],
            ["--connections", "7", "--duration", "0.5", "--warm-up", "0", "--in-flight", "\(inFlight)"])
        let report = try exit.loadReport()
        #expect(report.connections == 7 && report.calls > 0 && report.failures.isEmpty, "\(exit.output)")
    }

    @Test("A noisy tenant makes its share of the calls, and both sides are reported")
    func noisy() async throws {
        let world = try await world()
        let exit = try await world.agentload(as: [world.ada, world.carol], ["--skew", "noisy:0.9"] + Self.short)
        let groups = try #require(try exit.loadReport().byGroup)
        let (noisy, others) = (try #require(groups["noisy"]).calls, try #require(groups["others"]).calls)
        #expect(noisy > 3 * others && others > 0)
    }

    @Test("The first keys of the file are taken alone when fewer tenants are asked for")
    func tenants() async throws {
        let world = try await world()
        let exit = try await world.agentload(
            as: [world.ada, world.carol], ["--tenants", "1", "--skew", "zipf:1.5"] + Self.short)
        #expect(try exit.loadReport().tenants == 1)
    }

    @Test("Keys may come from standard input")
    func keysFromStandardInput() async throws {
        let world = try await world()
        let exit = try await Program.run(
            "agentload", ["--keys", "-", "--output", "json", "--no-progress"] + Self.short,
            environment: ["AGENTD_ADDRESS": world.daemon.address], input: "\(world.ada.key)\n\(world.carol.key)\n")
        #expect(try exit.loadReport().tenants == 2)
    }

    /// The client gives up after five attempts, as others would.
    @Test("An overloaded daemon is asked again until the run can begin")
    func overloadBefore() async throws {
        let settings = [
            "AGENTD_EVENT_LOOPS": "1", "AGENTD_DB_CONNECTIONS": "1", "AGENTD_DB_WRITE_CONNECTIONS": "0",
            "AGENTD_DB_PIPELINE_DEPTH": "1", "AGENTD_DB_QUEUE": "1", "AGENTD_DB_QUEUE_WAIT": "1m",
        ]
        try await World.with(settings: settings) { world in
            try await world.speak(as: world.ada) { _ = try await $0.createAgent("to be read") }
            let lock = try TableLock(world.database)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { _ = try await world.speak(as: world.ada) { try await $0.getAgent(1) } }
                try await lock.waitForBlocked(1)
                group.addTask { _ = try await world.speak(as: world.ada) { try await $0.getAgent(1) } }
                try await waitUntil {
                    try await world.daemon.metrics()[#"agentd_database_queue_length{pool="tenant",kind="read"}"#] == 1
                }
                try await TemporaryFolder.with { folder in
                    try await world.withAgentload(as: [world.ada], Self.short, in: folder) { program in
                        try await waitUntil {
                            try await world.daemon.metrics().contains {
                                $0.key.contains("ListAgents") && $0.key.contains("ResourceExhausted") && $0.value > 5
                            }
                        }
                        try lock.release()
                        #expect(await program.waitForExit() == 0, "\(program.standardError)")
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test("One token of the environment is enough, and the table and the plot tell what came of it")
    func plot() async throws {
        let world = try await world()
        try await TemporaryFolder.with { folder in
            let path = "\(folder)/latency.svg"
            let exit = try await Program.run(
                "agentload", ["--plot", path] + Self.short,
                environment: ["AGENTD_ADDRESS": world.daemon.address, "AGENTD_TOKEN": world.ada.key])
            let table = exit.success()
            for text in ["get over the framed door for 0.6 s: 8 calls in flight", "throughput", "p99.9", "client CPU"] {
                #expect(table.contains(text), "\(table)")
            }
            let parser = XMLParser(data: try Data(contentsOf: URL(filePath: path)))
            #expect(parser.parse(), "\(String(describing: parser.parserError))")
        }
    }

    @Test("Agents are created for a key that has none, where the mix changes agents anyway")
    func pool() async throws {
        let world = try World.shared
        let exit = try await world.agentload(as: [world.bob], ["--mix", "update"] + Self.short)
        #expect(try exit.loadReport().calls > 0)
        let names = try world.database.rows("SELECT name FROM agents WHERE owner_id = $1", ["\(world.bob.id)"])
        #expect(names.count == 4)
    }
}
