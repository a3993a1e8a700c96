import Testing

internal import AgentdCore
internal import Foundation
internal import Messages
internal import TestSupport

@Suite("Embedded database", .timeLimit(.minutes(4)))
struct EmbeddedDatabaseTests {
    private static func with(_ body: (EmbeddedFolder) async throws -> Void) async throws {
        try await TemporaryFolder.with { folder in
            let data = EmbeddedFolder(path: "\(folder)/data")
            do {
                try await body(data)
            } catch {
                data.killEverything()
                throw error
            }
            data.killEverything()
        }
    }

    private static func systemAdministrator(_ data: EmbeddedFolder) async throws -> String {
        let exit = try await Program.run("agentd", ["token", "create", "--system-admin", "--data-dir", data.path])
        guard exit.code == 0 else { throw Daemon.Failure(description: "no token: \(exit.log)") }
        return exit.output.split(separator: "\n").joined()
    }

    /// A person with an agent, made while the daemon runs.
    private static func populate(_ daemon: Daemon, _ data: EmbeddedFolder) async throws -> (World.Person, AgentMessage)
    {
        let key = try await systemAdministrator(data)
        let person = try await RawConnection.with(daemon.port, token: key) { connection in
            let caller = Caller(connection)
            return try await caller.createPerson(
                "ada@acme.example", in: try await caller.createTenant("acme", features: []))
        }
        let agent = try await RawConnection.with(daemon.port, token: person.key) { connection in
            try await Caller(connection).createAgent("kept")
        }
        return (person, agent)
    }

    private static func read(_ agent: AgentMessage, of person: World.Person, _ daemon: Daemon) async throws
        -> AgentMessage
    {
        try await RawConnection.with(daemon.port, token: person.key) { try await Caller($0).getAgent(agent.id) }
    }

    @Test("A data folder is all it needs; its data outlive a stop, and a stop leaves no process")
    func stopAndStart() async throws {
        try await Self.with { data in
            let first = try await data.start()
            let (ada, agent) = try await Self.populate(first, data)
            #expect(!data.processes.isEmpty)
            first.signal(SIGTERM)
            #expect(await first.exitCode() == 0)
            #expect(data.processes == [])

            let second = try await data.start()
            #expect(try await Self.read(agent, of: ada, second) == agent)
            await second.stop()
            #expect(data.processes == [])
        }
    }

    @Test("After kill -9 of the daemon its database ends too, and a new start finds the data")
    func killedDaemon() async throws {
        try await Self.with { data in
            let first = try await data.start()
            let (ada, agent) = try await Self.populate(first, data)
            first.signal(SIGKILL)
            _ = await first.exitCode()
            // Not waited for: the next one deals with what the first one left.
            let second = try await data.start()
            #expect(try await Self.read(agent, of: ada, second) == agent)

            second.signal(SIGKILL)
            _ = await second.exitCode()
            try await waitUntil { data.processes == [] }
        }
    }

    @Test("After kill -9 of the postmaster the running daemon serves again by itself, with the data")
    func killedPostmaster() async throws {
        try await Self.with { data in
            let daemon = try await data.start()
            let (ada, agent) = try await Self.populate(daemon, data)
            try await RawConnection.with(daemon.port, token: ada.key) { connection in
                let caller = Caller(connection)
                for round in 0..<2 {
                    let postmaster = try #require(data.postmaster)
                    kill(postmaster, SIGKILL)
                    try await waitUntil { data.postmaster != postmaster && data.postmaster != nil }
                    let requestID = UUIDValue.random().description
                    let created = try await untilServed {
                        try await caller.createAgent("after round \(round)", requestID: requestID)
                    }
                    for known in [agent, created] {
                        let read = try await untilServed { try await caller.getAgent(known.id) }
                        #expect(read == known)
                    }
                }
            }
            await daemon.stop()
            #expect(data.processes == [])
        }
    }

    @Test("A second daemon on the same folder is refused, and the first goes on")
    func secondDaemon() async throws {
        try await Self.with { data in
            let daemon = try await data.start()
            let (ada, agent) = try await Self.populate(daemon, data)
            let refused = try await Program.run(
                "agentd", ["serve"], environment: data.settings)
            #expect(refused.code == 69)
            #expect(refused.log.contains(data.path) && refused.log.contains("AGENTD_DATA_DIR"), "\(refused.log)")
            #expect(try await Self.read(agent, of: ada, daemon) == agent)
            await daemon.stop()
        }
    }

    @Test("token create works without a daemon too, and leaves no process; a mistyped folder is refused")
    func tokenWithoutDaemon() async throws {
        try await Self.with { data in
            let refused = try await Program.run(
                "agentd", ["token", "create", "--system-admin", "--data-dir", data.path])
            #expect(refused.code == 78 && refused.log.contains("There is no database in \(data.path)"))
            #expect(!FileManager.default.fileExists(atPath: data.path))
            #expect(try await Program.run("agentd", ["migrate", "--data-dir", data.path]).code == 0)
            let made = try await Program.run(
                "agentd", ["token", "create", "--system-admin", "--data-dir", data.path])
            // The key alone, for `$(...)`; what is said of it besides stands elsewhere.
            let key = made.success().trimmingCharacters(in: .newlines)
            #expect(key.hasPrefix("agd_") && !key.contains { $0.isWhitespace })
            #expect(
                made.log == "made in the embedded database in \(data.path), for system-administrator@localhost of the "
                    + "tenant default\n")
            #expect(data.processes == [])
            let daemon = try await data.start()
            try await RawConnection.with(daemon.port, token: key) { connection in
                let user = try await Caller(connection).user()
                #expect(user.email == "system-administrator@localhost")
            }
            await daemon.stop()
        }
    }

    @Test("A signal during the start ends it with nothing left running")
    func stoppedWhileStarting() async throws {
        try await Self.with { data in
            let program = try Program.start(
                "agentd", ["serve"], environment: data.settings)
            try await waitUntil { !data.processes.isEmpty }
            program.signal(SIGTERM)
            #expect(await program.waitForExit() == 0)
            #expect(data.processes == [])
        }
    }
}
