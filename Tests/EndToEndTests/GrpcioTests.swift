import Testing

internal import Foundation
internal import TestSupport

/// The gRPC door with grpcio, the client that Python programs use, unchanged.
@Suite("grpcio", .timeLimit(.minutes(2)))
struct GrpcioTests {
    static let calls = [
        "agents from creation to deletion", "pages of a list", "tenants users and keys",
        "every method of the schemas is served", "a request id comes back", "a request id is made",
        "other metadata does no harm", "another tenant is not seen", "an unknown method", "an unknown service",
        "an unknown package", "a path without a method", "a method in other letters", "a thousand calls at once",
        "many channels", "requests over the limit are refused", "answers over the limit are refused",
    ]

    @Test("Every service, with metadata, a thousand calls at once, and the limits of messages")
    func calls() async throws {
        try await World.with { world in
            try await PythonCases.run("grpcio_calls.py", cases: Self.calls, environment: world.pythonEnvironment())
        }
    }

    @Test("The same over a unix socket")
    func unixSocket() async throws {
        try await Self.withDaemonOnSocket { world, _, daemon in
            try await PythonCases.run(
                "grpcio_calls.py", cases: Self.calls, environment: world.pythonEnvironment(of: daemon))
        }
    }

    @Test("Errors come with their code, their sentence in any script, and the details of google.rpc")
    func errors() async throws {
        try await World.with { world in
            try await PythonCases.run(
                "grpcio_errors.py",
                cases: [
                    "no token", "another scheme", "a token that is none", "a token that is too long",
                    "nothing with this id", "a role that is too small", "another tenant by its header",
                    "fields that are wrong", "no message where fields are required", "an etag that is old",
                    "a name that is taken", "a state that does not allow it", "a page token that was altered",
                    "headers over the limit", "a message that cannot be read", "all fields that are wrong are named",
                    "a sentence in any script arrives", "no secret comes back",
                ], environment: world.pythonEnvironment())
        }
    }

    @Test("Health is told by Check and Watch, as grpcio-health-checking asks for it")
    func health() async throws {
        let services = [
            "of the whole", "liveness", "readiness", "agentd.v1.AgentService", "agentd.v1.AuditService",
            "agentd.v1.TenantService", "agentd.v1.TokenService", "agentd.v1.UserService", "grpc.health.v1.Health",
        ]
        try await World.with { world in
            try await PythonCases.run(
                "grpcio_health.py",
                cases: services.map { "service \($0)" } + [
                    "an unknown service is not found", "watching an unknown service goes on",
                    "a wrong token does not matter", "a hundred watches on one connection",
                    "watching ends with the deadline",
                ], environment: world.pythonEnvironment())
        }
    }

    @Test("gzip both ways, and bombs and unknown encodings are refused")
    func compression() async throws {
        try await World.with { world in
            try await PythonCases.run(
                "grpcio_compression.py",
                cases: [
                    "requests and answers with gzip", "one call with gzip on a plain channel", "errors with gzip",
                    "a bomb is refused", "an encoding that nobody knows",
                ], environment: world.pythonEnvironment())
        }
    }

    // MARK: Deadlines and cancellation

    /// One call at a time reaches the database, so that the others wait in the daemon.
    private static let narrow = [
        "AGENTD_DB_CONNECTIONS": "1", "AGENTD_DB_WRITE_CONNECTIONS": "0", "AGENTD_DB_PIPELINE_DEPTH": "1",
    ]

    @Test("Deadlines of every length are taken, and one that has passed is one")
    func deadlines() async throws {
        try await World.with { world in
            let cases = ["a deadline that has passed", "deadlines of every length"]
            let program = try PythonCases.start(
                "grpcio_deadlines.py", only: cases, environment: world.pythonEnvironment())
            await program.expect(cases)
        }
    }

    @Test("Calls whose time runs out have no effect: neither those that waited nor the one under way")
    func expiredCalls() async throws {
        try await World.with(settings: Self.narrow) { world in
            let lock = try TableLock(world.database)
            let cases = ["calls run out of time"]
            let program = try PythonCases.start(
                "grpcio_deadlines.py", only: cases, environment: world.pythonEnvironment())
            await program.expect(cases)
            // PostgreSQL has given up what was under way, too.
            try await lock.waitForBlocked(0)
            try lock.release()
            try await world.speak(as: world.ada) { _ = try await $0.createAgent("after") }
            #expect(try world.database.rows("SELECT name FROM agents") == [["after"]])
        }
    }

    @Test("Calls that are cancelled are stopped: none of those that waited is executed any more")
    func cancelledCalls() async throws {
        try await World.with(settings: Self.narrow.merging(Daemon.loggingCalls) { $1 }) { world in
            let lock = try TableLock(world.database)
            let cases = ["calls are cancelled"]
            let program = try PythonCases.start(
                "grpcio_deadlines.py", only: cases, environment: world.pythonEnvironment())
            try await program.said("in flight")
            try await lock.waitForBlocked(1)
            program.signal(SIGUSR1)
            await program.expect(cases)
            let cancelled = world.daemon.loggedCalls.filter { $0.method.hasSuffix("CreateAgent") }
            #expect(cancelled.map(\.outcome) == Array(repeating: "CANCELLED CANCELLED", count: 20))
            #expect(cancelled.allSatisfy { $0.door == "grpc" })
            try lock.release()
            try await world.speak(as: world.ada) { _ = try await $0.createAgent("after") }
            let created = try world.database.rows("SELECT name FROM agents WHERE name LIKE 'cancelled %'")
            #expect(created.count <= 1, "more than the one that was under way: \(created)")
        }
    }

    // MARK: The daemon's life

    @Test("Watches hear that it stops, and end with it")
    func stop() async throws {
        try await World.with { world in
            let cases = ["watches tell that it stops"]
            let program = try PythonCases.start("grpcio_life.py", only: cases, environment: world.pythonEnvironment())
            try await program.said("stop it")
            world.daemon.signal(SIGTERM)
            await program.expect(cases)
            #expect(await world.daemon.exitCode() == 0)
        }
    }

    @Test("Calls in flight are answered when it stops, and new ones fail without effect")
    func drain() async throws {
        try await World.with(settings: ["AGENTD_DB_WRITE_CONNECTIONS": "0"]) { world in
            let lock = try TableLock(world.database)
            let cases = ["calls in flight are answered when it stops"]
            let program = try PythonCases.start("grpcio_life.py", only: cases, environment: world.pythonEnvironment())
            try await program.said("stop it")
            try await lock.waitForBlocked(2)
            world.daemon.signal(SIGTERM)
            try await program.said("it refuses")
            try lock.release()
            await program.expect(cases)
            #expect(await world.daemon.exitCode() == 0)
            #expect(try world.database.rows("SELECT count(*) FROM agents WHERE name LIKE 'held %'") == [["8"]])
            #expect(try world.database.rows("SELECT count(*) FROM agents") == [["8"]])
        }
    }

    @Test("A channel survives that the daemon is started anew")
    func restart() async throws {
        try await Self.withDaemonOnSocket { world, settings, daemon in
            let cases = ["a channel survives a restart"]
            let program = try PythonCases.start(
                "grpcio_life.py", only: cases, environment: world.pythonEnvironment(of: daemon))
            try await program.said("restart it")
            daemon.signal(SIGTERM)
            #expect(await daemon.exitCode() == 0)
            try await program.said("it is away")
            try await Daemon.with(world.database, settings: settings) { _ in await program.expect(cases) }
        }
    }

    @Test("A call that waits for the daemon to be ready is served once it is")
    func waitForReady() async throws {
        try await Self.withDaemonOnSocket { world, settings, daemon in
            daemon.signal(SIGTERM)
            #expect(await daemon.exitCode() == 0)
            let cases = ["a call waits until it is there"]
            let program = try PythonCases.start(
                "grpcio_life.py", only: cases, environment: world.pythonEnvironment(of: daemon))
            try await program.said("start it")
            try await Daemon.with(world.database, settings: settings) { _ in await program.expect(cases) }
        }
    }

    /// A second daemon on the database of a world, and its settings.
    private static func withDaemonOnSocket(
        _ body: (World, [String: String], Daemon) async throws -> Void
    ) async throws {
        try await World.with { world in
            try await TemporaryFolder.with { folder in
                let settings = ["AGENTD_LISTEN": "unix:\(folder)/agentd.sock"]
                try await Daemon.with(world.database, settings: settings) { daemon in
                    try await body(world, settings, daemon)
                }
            }
        }
    }
}
