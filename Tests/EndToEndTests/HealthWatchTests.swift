import Testing

internal import AgentdCore
internal import Messages
internal import TestSupport

/// `grpc.health.v1.Health/Watch`: how it goes with the daemon, as it changes.
@Suite("Watching health", .bothDoors, .timeLimit(.minutes(3)))
struct HealthWatchTests {
    /// Statuses as they come, until `isEnough` says that these will do.
    private static func statuses(
        of service: String, _ caller: Caller, until isEnough: ([ServingStatus]) async throws -> Bool
    ) async throws -> [ServingStatus] {
        var statuses: [ServingStatus] = []
        let end = try await caller.stream(
            "/grpc.health.v1.Health/Watch", HealthCheckRequest(service: service), as: HealthCheckResponse.self
        ) { response in
            statuses.append(response.status)
            return try await !isEnough(statuses)
        }
        // It goes on for as long as it is watched.
        #expect(try end?.outcome == nil)
        return statuses
    }

    @Test("The status comes at once, without a token, and calls go on beside it")
    func serving() async throws {
        try await World.with { world in
            try await world.daemon.speak { nobody in
                for service in ["", "agentd.v1.AgentService", "liveness", "readiness"] {
                    let statuses = try await Self.statuses(of: service, nobody) { _ in
                        try await nobody.health() == .serving
                    }
                    #expect(statuses == [.serving], "\(service)")
                }
            }
        }
    }

    @Test("A service that never was is SERVICE_UNKNOWN, and stays watched")
    func unknown() async throws {
        try await World.with { world in
            try await world.daemon.speak { nobody in
                let statuses = try await Self.statuses(of: "never.was", nobody) { _ in
                    try await nobody.health() == .serving
                }
                #expect(statuses == [.serviceUnknown])
            }
        }
    }

    @Test("Streams have a bound over all connections; beyond it a watch is refused, and a check is not")
    func bound() async throws {
        try await World.with(settings: ["AGENTD_MAX_OPEN_STREAMS": "2"]) { world in
            for _ in 1...2 {
                try await world.daemon.speak { one in
                    _ = try await Self.statuses(of: "", one) { _ in
                        try await world.daemon.speak { two in
                            _ = try await Self.statuses(of: "liveness", two) { _ in
                                #expect(try await world.daemon.metrics()["agentd_open_streams"] == 2)
                                try await Self.expectNoPlace(world)
                                return true
                            }
                        }
                        return true
                    }
                }
                try await waitUntil { try await world.daemon.metrics()["agentd_open_streams"] == 0 }
            }
        }
    }

    private static func expectNoPlace(_ world: World) async throws {
        try await world.daemon.speak { nobody in
            let end = try await nobody.stream(
                "/grpc.health.v1.Health/Watch", HealthCheckRequest(service: ""), as: HealthCheckResponse.self
            ) { _ in false }
            let answer = try #require(end)
            #expect(try answer.outcome == "RESOURCE_EXHAUSTED INFLIGHT_LIMIT")
            #expect(try await nobody.health() == .serving)
        }
    }

    @Test("Who watches hears that the database is gone, and that it is back")
    func database() async throws {
        try await World.withOwnCluster { world, cluster in
            try await world.daemon.speak { nobody in
                let statuses = try await Self.statuses(of: "readiness", nobody) { statuses in
                    switch statuses.count {
                    case 1: await cluster.stop(.fast)
                    case 2: try await cluster.start()
                    default: break
                    }
                    return statuses.count == 3
                }
                #expect(statuses == [.serving, .notServing, .serving])
            }
        }
    }
}
