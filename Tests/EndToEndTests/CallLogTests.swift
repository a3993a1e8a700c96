import Testing

internal import AgentdCore
internal import Messages
internal import TestSupport

/// What the log says of calls, whatever becomes of them.
@Suite("The log of calls", .bothDoors, .timeLimit(.minutes(2)))
struct CallLogTests {
    private static let getAgent = "/agentd.v1.AgentService/GetAgent"

    private var door: String { Door.current == .framed ? "framed" : "grpc" }

    private func headers(_ id: String, _ others: [Header] = []) -> [Header] { [Header("x-request-id", id)] + others }

    @Test("A line says which call it was, who made it, from where, and how it ended")
    func line() async throws {
        try await World.with(settings: Daemon.loggingCalls) { world in
            let trace = Header("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
            try await world.speak(as: world.ada) { ada in
                _ = try await ada.send("UserService/WhoAmI", WhoAmIRequest(), headers: headers("good", [trace]))
                _ = try await ada.send(Self.getAgent, GetAgentRequest(id: 4_711), headers: headers("absent"))
            }
            let good = try await world.daemon.loggedCall("good")
            #expect(good.level == "info")
            #expect(good.method == "/agentd.v1.UserService/WhoAmI")
            #expect(good.outcome == "OK")
            #expect(good.door == door)
            #expect(good.peer.hasPrefix("127.0.0.1:"))
            #expect(good.tenant == world.ada.tenantID)
            #expect(good.principal == "\(world.ada.id)")
            #expect(good.principalTenant == nil)
            #expect(good.tokenID == world.ada.keyID)
            #expect(good.traceID == "4bf92f3577b34da6a3ce929d0e0e4736")
            #expect(good.spanID == "00f067aa0ba902b7")
            #expect(good.duration > 0)

            let absent = try await world.daemon.loggedCall("absent")
            #expect(absent.outcome == "NOT_FOUND AGENT_NOT_FOUND")
            #expect(absent.method == Self.getAgent)
            #expect(absent.peer == good.peer)
            #expect(absent.traceID == nil && absent.spanID == nil)
            #expect(absent.requestBytes == GetAgentRequest(id: 4_711).encoded().count)
        }
    }

    @Test("A system administrator in a selected tenant is told from its users")
    func selectedTenant() async throws {
        try await World.with(settings: Daemon.loggingCalls) { world in
            try await world.speakAsSystemAdministrator(in: "acme") { administrator in
                _ = try await administrator.send(
                    "TenantService/GetCurrentTenant", GetCurrentTenantRequest(), headers: headers("selected"))
            }
            let call = try await world.daemon.loggedCall("selected")
            #expect(call.tenant == world.ada.tenantID)
            #expect(call.principalTenant != nil && call.principalTenant != call.tenant)
        }
    }

    @Test("Calls that come to nothing are logged too, each once, with what their callers were told")
    func refused() async throws {
        try await World.with(settings: Daemon.loggingCalls) { world in
            let others: [(id: String, path: String, headers: [Header], outcome: String)] = [
                ("no-token", Self.getAgent, [], "UNAUTHENTICATED TOKEN_MISSING"),
                (
                    "bad-token", Self.getAgent, [Header("authorization", "Bearer nobody")],
                    "UNAUTHENTICATED TOKEN_INVALID"
                ),
                ("no-method", "/agentd.v1.AgentService/Nothing", [], "UNIMPLEMENTED METHOD_UNKNOWN"),
                (
                    "large-headers", Self.getAgent, [Header("x-large", String(repeating: "x", count: 9_000))],
                    "RESOURCE_EXHAUSTED HEADERS_TOO_LARGE"
                ),
            ]
            try await world.daemon.speak { nobody in
                for other in others {
                    let answer = try await nobody.send(
                        other.path, GetAgentRequest(id: 1), headers: headers(other.id, other.headers))
                    #expect(try answer.outcome == other.outcome)
                }
            }
            for other in others {
                let call = try await world.daemon.loggedCall(other.id)
                #expect(call.outcome == other.outcome)
                #expect(call.method == other.path)
                #expect(call.tenant == nil && call.principal == nil && call.tokenID == nil)
            }
            for other in others { #expect(world.daemon.loggedCalls.count { $0.requestID == other.id } == 1) }
        }
    }

    @Test("A call whose caller gave up, or whose time was over, is logged once, and is in flight no more")
    func abandoned() async throws {
        try await World.with(settings: Daemon.loggingCalls.merging(["AGENTD_DB_CONNECTIONS": "4"]) { $1 }) { world in
            let lock = try TableLock(world.database)
            try await giveUp("gone", lock, world)
            try await world.speak(as: world.ada) { ada in
                await expectRefusal(.deadlineExceeded, "DEADLINE_EXCEEDED") {
                    try await ada.call(
                        Self.getAgent, GetAgentRequest(id: 1), headers: headers("late"), timeout: 200,
                        as: AgentMessage.self)
                }
                let watched = try await ada.stream(
                    "/grpc.health.v1.Health/Watch", HealthCheckRequest(service: ""), as: HealthCheckResponse.self
                ) { _ in false }
                #expect(watched == nil)
            }

            let late = try await world.daemon.loggedCall("late")
            #expect(late.outcome == "DEADLINE_EXCEEDED DEADLINE_EXCEEDED")
            #expect(late.duration >= 200)
            let lost = try await world.daemon.loggedCall("gone")
            #expect(lost.outcome == "CANCELLED CANCELLED")
            try await waitUntil { world.daemon.loggedCalls.contains { $0.method == "/grpc.health.v1.Health/Watch" } }
            let watch = world.daemon.loggedCalls.filter { $0.method == "/grpc.health.v1.Health/Watch" }
            #expect(watch.map(\.outcome) == ["CANCELLED CANCELLED"])
            try lock.release()
            // What becomes of their tasks adds nothing.
            try await world.speak(as: world.ada) { _ = try await $0.createAgent("after") }
            for id in ["late", "gone"] { #expect(world.daemon.loggedCalls.count { $0.requestID == id } == 1) }
            let metrics = try await world.daemon.metrics()
            #expect(metrics["agentd_calls_in_flight{door=\"\(door)\"}"] == 0)
            let labels = #"grpc_type="unary",grpc_service="agentd.v1.AgentService",grpc_method="GetAgent""#
            #expect(metrics["grpc_server_started_total{\(labels)}"] == 2)
            for code in ["DeadlineExceeded", "Canceled"] {
                #expect(metrics["grpc_server_handled_total{\(labels),grpc_code=\"\(code)\"}"] == 1)
            }
        }
    }

    /// Makes a call that waits for the lock, and cancels it as the door would have it.
    private func giveUp(_ id: String, _ lock: TableLock, _ world: World) async throws {
        switch Door.current {
        case .framed:
            try await RawConnection.with(world.daemon.port, token: world.ada.key) { connection in
                let response = try await connection.call(
                    1, Self.getAgent, GetAgentRequest(id: 2), headers: headers(id), isCancelled: true)
                #expect(try response.outcome == "CANCELLED CANCELLED")
            }
        case .grpc:
            try await GRPCConnection.open(world.daemon.port, token: world.ada.key).use { connection in
                let call = Task {
                    try await connection.call(
                        Self.getAgent, message: GetAgentRequest(id: 2).encoded(), headers: headers(id), timeout: 0)
                }
                try await lock.waitForBlocked(1)
                call.cancel()
                await #expect(throws: (any Error).self) { try await call.value }
                _ = try await world.daemon.loggedCall(id)
            }
        }
    }

    @Test("Nothing is logged of calls by default, and of those that failed alone when that is asked for")
    func modes() async throws {
        for (settings, expected) in [([:], [String]()), (["AGENTD_LOG_CALLS": "failed"], ["second"])] {
            try await World.with(settings: settings.merging(["AGENTD_LOG_FORMAT": "json"]) { $1 }) { world in
                let before = world.daemon.loggedCalls.count
                try await world.speak(as: world.ada) { ada in
                    _ = try await ada.send("UserService/WhoAmI", WhoAmIRequest(), headers: headers("first"))
                    _ = try await ada.send(Self.getAgent, GetAgentRequest(id: 1), headers: headers("second"))
                }
                try await waitUntil { world.daemon.loggedCalls.count >= before + expected.count }
                #expect(world.daemon.loggedCalls.dropFirst(before).map(\.requestID) == expected)
            }
        }
    }
}
