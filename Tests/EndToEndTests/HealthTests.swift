import Testing

internal import AgentdClient
internal import AgentdCore
internal import Foundation
internal import Messages
internal import TestSupport

/// How the daemon says that it is, from its start to its end, as `agentd health` and who watches hear it.
@Suite("Health", .timeLimit(.minutes(3)))
struct HealthTests {
    private static let serving: Int32 = 0
    private static let noConnection: Int32 = 2
    private static let notServing: Int32 = 4

    /// The exit code of `agentd health`, which is patient because the machine may be busy.
    private static func health(_ address: String, service: String = "") async throws -> Int32 {
        let patience = ["--connect-timeout", "30s", "--rpc-timeout", "30s"]
        return try await Program.run(
            "agentd", ["health", "--address", address, "--service", service] + patience
        ).code
    }

    private static func withClient<R>(
        _ address: String, _ body: (AgentdClient) async throws -> R
    ) async throws -> R {
        var configuration = try AgentdClient.Configuration(address: address)
        configuration.retries = .never
        let client = AgentdClient(configuration: configuration)
        do {
            let result = try await body(client)
            await client.close()
            return result
        } catch {
            await client.close()
            throw error
        }
    }

    // MARK: States

    @Test("While the daemon starts it lives and does not serve; who watches hears that it is ready")
    func starting() async throws {
        try await TestDatabase.with { database in
            try await TemporaryFolder.with { folder in
                let address = "unix:\(folder)/s"
                // The daemon looks at the migrations first, and waits for whoever holds them.
                let lock = try TableLock(database, table: "schema_migrations")
                let settings = Daemon.environment(database)
                    .merging(["AGENTD_LISTEN": address, "AGENTD_ADMIN_LISTEN": "off"]) { $1 }
                async let started = Daemon.start(settings: settings)
                try await lock.waitForBlocked(1)

                try await Self.withClient(address) { client in
                    #expect(try await Self.health(address) == Self.notServing)
                    #expect(try await Self.health(address, service: "agentd.v1.AgentService") == Self.notServing)
                    #expect(try await Self.health(address, service: "liveness") == Self.serving)
                    do throws(AgentdError) {
                        _ = try await client.listAgents()
                        Issue.record("a call was served without a database")
                    } catch {
                        #expect(error.code == .unavailable && error.reason == "STARTING", "\(error)")
                    }
                    var statuses = client.healthWatch(service: "readiness").makeAsyncIterator()
                    let first = try await statuses.next()
                    #expect(first == .notServing)
                    try lock.release()
                    let second = try await statuses.next()
                    #expect(second == .serving)
                }
                let daemon = try await started
                #expect(try await Self.health(address) == Self.serving)
                await daemon.stop()
                #expect(try await Self.health(address) == Self.noConnection)
            }
        }
    }

    @Test("`agentd health --watch` prints each change once, through the loss of the database and the end of the daemon")
    func watch() async throws {
        try await World.withOwnCluster { world, cluster in
            let watch = try Program.start("agentd", ["health", "--address", world.daemon.address, "--watch"])
            defer { watch.signal(SIGINT) }
            func lines(_ count: Int) async throws -> [Substring] {
                try await waitUntil { watch.standardOutput.split(separator: "\n").count >= count }
                return watch.standardOutput.split(separator: "\n")
            }
            _ = try await lines(1)
            await cluster.stop(.fast)
            _ = try await lines(2)
            try await cluster.start()
            _ = try await lines(3)
            // Who watches is given the time to notice before the door closes.
            await world.daemon.stop()
            let all = try await lines(5)
            let time = #/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z /#
            #expect(all.allSatisfy { $0.prefixMatch(of: time) != nil }, "\(all)")
            let states = all.compactMap { $0.split(separator: " ", maxSplits: 1).last }
            #expect(states.prefix(4) == ["SERVING", "NOT_SERVING", "SERVING", "NOT_SERVING"], "\(all)")
            #expect(states[4].hasPrefix("UNREACHABLE: "), "\(all)")
        }
    }

    @Test("What is ready says so for the whole and for each service, reflection included")
    func ready() async throws {
        try await TestDatabase.with { database in
            try await Daemon.with(database) { daemon in
                try await Self.withClient(daemon.address) { client in
                    for service in Set(MethodSchema.all.map(\.service) + ["", "liveness", "readiness"]) {
                        let status = try await client.healthCheck(service: service)
                        #expect(status == .serving, "\(service)")
                    }
                }
            }
        }
    }

    @Test("While it drains it lives and does not serve; then nobody is there any more")
    func draining() async throws {
        try await World.with { world in
            let lock = try TableLock(world.database)
            try await world.speak(as: world.ada) { ada in
                async let held = ada.createAgent("held")
                try await lock.waitForBlocked(1)
                try await Self.withClient(world.daemon.address) { client in
                    var statuses = client.healthWatch().makeAsyncIterator()
                    let first = try await statuses.next()
                    #expect(first == .serving)
                    world.daemon.signal(SIGTERM)
                    let second = try await statuses.next()
                    #expect(second == .notServing)
                    let liveness = try await client.healthCheck(service: "liveness")
                    #expect(liveness == .serving)
                    #expect(try await Self.health(world.daemon.address) == Self.notServing)
                    do throws(AgentdError) {
                        let third = try await statuses.next()
                        Issue.record("it went on with \(String(describing: third))")
                    } catch {
                        #expect(error.code == .unavailable && error.reason == "DRAINING", "\(error)")
                    }
                    // The held call keeps the daemon, which listens no more.
                    #expect(try await Self.health(world.daemon.address) == Self.noConnection)
                }
                try lock.release()
                #expect(try await held.name == "held")
            }
            #expect(await world.daemon.exitCode() == 0)
            #expect(try await Self.health(world.daemon.address) == Self.noConnection)
        }
    }

    // MARK: Cost

    @Test("A thousand watches on one connection keep no call from running, and each hears of the end")
    func manyWatches() async throws {
        try await World.with { world in
            let connection = try await RawConnection.open(world.daemon.port, token: world.ada.key)
            let ada = Caller(connection)
            let (begun, begin) = AsyncStream.makeStream(of: Void.self)
            let count = 1_000
            let heard = try await withThrowingTaskGroup(of: (statuses: [ServingStatus], end: String?).self) { group in
                for _ in 0..<count {
                    group.addTask {
                        var statuses: [ServingStatus] = []
                        let end = try await ada.stream(
                            "/grpc.health.v1.Health/Watch", HealthCheckRequest(service: ""),
                            as: HealthCheckResponse.self
                        ) { response in
                            statuses.append(response.status)
                            if statuses.count == 1 { begin.yield() }
                            return true
                        }
                        return (statuses, try end?.outcome)
                    }
                }
                var beginnings = begun.makeAsyncIterator()
                for _ in 0..<count { await beginnings.next() }
                for number in 0..<50 {
                    let agent = try await ada.createAgent("agent \(number)")
                    #expect(try await ada.getAgent(agent.id) == agent)
                }
                world.daemon.signal(SIGTERM)
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(heard.count == count)
            #expect(heard.allSatisfy { $0.statuses == [.serving, .notServing] && $0.end == "UNAVAILABLE DRAINING" })
            #expect(await world.daemon.exitCode() == 0)
        }
    }

    @Test("A tenant that has used up its requests still hears how the daemon is, and nobody needs a token", .bothDoors)
    func quota() async throws {
        try await World.with { world in
            try await world.limitAcme("requests_per_second") { $0.requestsPerSecond = 1 }
            try await world.speak(as: world.ada) { ada in
                // More than a second's worth, so that the next is refused.
                for _ in 0..<100 {
                    do {
                        _ = try await ada.currentTenant()
                    } catch let refusal as Refusal where refusal.reason == "RATE_LIMIT" {
                        break
                    }
                }
                for _ in 0..<100 { #expect(try await ada.health() == .serving) }
                await expectRefusal(.resourceExhausted, "RATE_LIMIT") {
                    for _ in 0..<2 { _ = try await ada.currentTenant() }
                }
            }
            let health = try await world.daemon.speak { try await $0.health() }
            #expect(health == .serving)
        }
    }
}
