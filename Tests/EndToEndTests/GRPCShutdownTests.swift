import Testing

internal import Foundation
internal import Messages
internal import TestSupport

/// SIGTERM, with clients of both doors that create agents as fast as they can.
@Suite("Shutdown of both doors", .timeLimit(.minutes(8)))
struct GRPCShutdownTests {
    /// Daemons that are stopped at the same time, and how often each lane does it.
    private static let (lanes, rounds) = (5, 4)
    /// What the daemon promises, whatever clients do.
    private static let longestStop = Duration.seconds(30)

    @Test("Twenty stops under full load: no accepted call is lost, none that failed was executed, and each ends with 0")
    func underLoad() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for lane in 0..<Self.lanes { group.addTask { try await Self.runLane(lane) } }
            try await group.waitForAll()
        }
    }

    /// One daemon after the other on one database.
    private static func runLane(_ lane: Int) async throws {
        try await World.with { world in
            var acknowledged: Set<String> = []
            for round in 0..<rounds {
                let daemon = round == 0 ? world.daemon : try await Daemon.start(world.database)
                do {
                    acknowledged.formUnion(try await stopUnderLoad(world, daemon, name: "\(lane)-\(round)"))
                } catch {
                    await daemon.stop()
                    throw error
                }
                let stored = Set(try world.database.rows("SELECT name FROM agents").compactMap { $0[0] })
                #expect(acknowledged.subtracting(stored).isEmpty, "acknowledged and lost, in round \(round)")
                #expect(stored.subtracting(acknowledged).isEmpty, "executed and not acknowledged, in round \(round)")
            }
        }
    }

    /// - Returns: The names of the agents that were acknowledged over either door.
    private static func stopUnderLoad(_ world: World, _ daemon: Daemon, name: String) async throws -> [String] {
        let program = try PythonCases.start(
            "grpcio_load.py", only: ["grpc-\(name)"], environment: world.pythonEnvironment(of: daemon))
        let (created, ended) = (Counter(), Counter())
        return try await withThrowingTaskGroup(of: DrainedLoad.self) { group in
            for number in 0..<2 {
                group.addTask {
                    defer { _ = ended.next() }
                    let connection = try await RawConnection.open(daemon.port, token: world.ada.key)
                    return try await DrainedLoad.run(
                        on: connection, named: "framed-\(name)-\(number)", counting: created)
                }
            }
            try await program.said("under load")
            // A load that ends before says below what it was refused for.
            try await waitUntil { created.value > 100 || ended.value > 0 }
            #expect(created.value > 100, "the load has ended before the stop")
            try await stop(daemon)

            let framed = try await group.reduce(into: []) { $0.append($1) }
            for load in framed {
                let lastID = try #require(load.lastID, "no GoAway came")
                #expect(load.unanswered.allSatisfy { $0 > lastID }, "calls without an answer")
                #expect(load.refusals.allSatisfy { $0 == "DRAINING" }, "\(load.refusals)")
            }
            let grpc = try GrpcioLoad(await program.output())
            #expect(Set(grpc.failures.values).isSubset(of: ["DRAINING", "not connected"]), "\(grpc.failures)")
            return grpc.acknowledged + framed.flatMap(\.acknowledged)
        }
    }

    private static func stop(_ daemon: Daemon) async throws {
        let start = ContinuousClock.now
        daemon.signal(SIGTERM)
        #expect(await daemon.exitCode() == 0, "\(daemon.log)")
        #expect(ContinuousClock.now - start < longestStop)
    }

    @Test("Peers that never acknowledge, never read and never go do not hold it up")
    func silentPeers() async throws {
        try await World.with { world in
            try await world.speak(as: world.ada) { ada in
                for number in 0..<20 {
                    let agent = try await ada.createAgent("agent \(number)")
                    _ = try await ada.update(agent.id) { $0.systemPrompt = String(repeating: "long ", count: 5_000) }
                }
            }
            let peers = try PythonCases.start("http2_silent_peers.py", environment: world.pythonEnvironment())
            try await peers.said("silent")
            try await world.speak(as: world.bob) { _ = try await $0.whoAmI() }
            try await Self.stop(world.daemon)
            peers.signal(SIGKILL)
            _ = await peers.output()
        }
    }
}

/// What `grpcio_load.py` says in the end.
private struct GrpcioLoad: Decodable {
    let acknowledged: [String]
    /// How the other calls ended, by the names of their agents.
    let failures: [String: String]

    init(_ output: String) throws {
        guard let line = output.split(separator: "\n").last(where: { $0.hasPrefix("{") }) else {
            throw Daemon.Failure(description: "grpcio_load.py did not tell what became of its calls: \(output)")
        }
        self = try JSONDecoder().decode(GrpcioLoad.self, from: Data(line.utf8))
    }
}
