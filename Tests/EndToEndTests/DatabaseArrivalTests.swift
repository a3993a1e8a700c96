import Testing

internal import Foundation
internal import TestSupport

/// A daemon that is started before its database.
@Suite("A start without a database", .timeLimit(.minutes(2)))
struct DatabaseArrivalTests {
    private static let notServing: Int32 = 4

    @Test("It answers probes, says once what it waits for, and serves as soon as the database is there")
    func arrival() async throws {
        try await TestCluster.with { cluster in
            let migrated = try await Program.run(
                "agentd", ["migrate"], environment: Daemon.environment(cluster.database))
            #expect(migrated.code == 0, "\(migrated.log)")
            await cluster.stop(.fast)
            try await TemporaryFolder.with { folder in
                let program = try Self.start(Daemon.environment(cluster.database), folder)
                try await waitUntil { try await Self.health(folder) == Self.notServing }
                try await waitUntil {
                    try #require(program.exitCode == nil, "\(program.standardError)")
                    return program.standardError.contains("agentd waits for it")
                }
                let port = try await Self.adminPort(of: program)
                try await waitUntil {
                    try await Daemon.page("/readyz?verbose", port: port)
                        .contains("[-] starting: waiting for the database: connection to server")
                }
                #expect(program.exitCode == nil && program.standardOutput.isEmpty)

                try await cluster.start()
                try await waitUntil {
                    try #require(program.exitCode == nil, "\(program.standardError)")
                    return try await Self.health(folder) == 0
                }
                try await waitUntil { ReadyLine(in: program.standardOutput) != nil }
                let waits = program.standardError.split(separator: "\n").filter { $0.contains("agentd waits for it") }
                // Refused because nobody listens, and perhaps because the server is starting.
                #expect(waits.count <= 3, "\(waits)")
                program.signal(SIGTERM)
                #expect(await program.waitForExit() == 0)
            }
        }
    }

    @Test("While it waits it can be told to stop", arguments: [SIGTERM, SIGINT])
    func stop(signal: Int32) async throws {
        let silent = try SilentPeer()
        let port = try UnusedPort()
        for address in ["127.0.0.1:\(port.number)", "127.0.0.1:\(silent.port)"] {
            try await TemporaryFolder.with { folder in
                let program = try Self.start(
                    ["AGENTD_DATABASE_URL": "postgresql://agentd_app@\(address)/agentd"], folder)
                try await waitUntil { try await Self.health(folder) == Self.notServing }
                let clock = ContinuousClock()
                let start = clock.now
                program.signal(signal)
                #expect(await program.waitForExit() == 0)
                #expect(clock.now - start < .seconds(5), "\(address)")
                #expect(program.standardError.contains("Stopped before it was ready"))
            }
        }
    }

    /// Listens on a socket below the folder.
    private static func start(_ database: [String: String], _ folder: String) throws -> Program {
        let settings = ["AGENTD_LISTEN": "unix:\(folder)/s", "AGENTD_ADMIN_LISTEN": "127.0.0.1:0"]
        return try Program.start("agentd", ["serve"], environment: database.merging(settings) { $1 })
    }

    private static func health(_ folder: String) async throws -> Int32 {
        try await Program.run("agentd", ["health", "--address", "unix:\(folder)/s"]).code
    }

    /// The one that it listens on, which it says only when it is ready.
    private static func adminPort(of program: Program) async throws -> Int {
        var ports: [Int] = []
        try await waitUntil {
            ports = try program.listeningPorts()
            return !ports.isEmpty
        }
        return ports[0]
    }
}
