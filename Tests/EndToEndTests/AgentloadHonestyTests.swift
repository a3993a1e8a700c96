import Testing

internal import Foundation
internal import Messages
internal import Postgres
internal import TestSupport

/// What `agentload` says of a daemon that stands still, or goes away.
@Suite("The honesty of agentload", .timeLimit(.minutes(2)))
struct AgentloadHonestyTests {
    /// Calls that the daemon has answered when the run is under way.
    private static let underWay = 100.0

    /// Runs it, and does something to the daemon once calls get through.
    private func load(
        _ arguments: [String], meanwhile body: (World) async throws -> Void
    ) async throws -> LoadReport {
        try await World.with { world in
            try await world.speak(as: world.ada) { _ = try await $0.createAgent("to be read") }
            let exit = try await TemporaryFolder.with { folder in
                try await world.withAgentload(as: [world.ada], arguments, in: folder) { program in
                    try await waitUntil { try await Self.answered(world) >= Self.underWay }
                    try await body(world)
                    let code = await program.waitForExit()
                    return Daemon.Exit(code: code, output: program.standardOutput, log: program.standardError)
                }
            }
            return try exit.loadReport()
        }
    }

    private static func answered(_ world: World, _ method: String = "GetAgent") async throws -> Double {
        try await world.daemon.metrics()
            .filter { $0.key.hasPrefix("grpc_server_handled_total{") && $0.key.contains(method) }
            .values.reduce(0, +)
    }

    private func stopForASecond(_ world: World) async throws {
        world.daemon.signal(SIGSTOP)
        // The second is what is measured.
        try await Task.sleep(for: .seconds(1))
        world.daemon.signal(SIGCONT)
    }

    /// With one call in flight the daemon holds up every other one: only who counts from when they were due sees that.
    @Test(
        "An open loop shows a second in which the daemon stands still",
        arguments: ["framed", "grpc"], [[], ["--in-flight", "1"]])
    func openLoop(door: String, limit: [String]) async throws {
        let report = try await load(
            ["--door", door, "--rate", "200", "--duration", "4", "--warm-up", "0"] + limit, meanwhile: stopForASecond)
        #expect(report.calls + report.failureCount == 800)
        #expect(report.latency.p99 >= 500_000, "\(report)")
        #expect(report.latency.p50 < 500_000, "\(report)")
    }

    @Test("A closed loop hides it but for the calls that were in flight")
    func closedLoop() async throws {
        let report = try await load(
            ["--in-flight", "4", "--duration", "4", "--warm-up", "0"], meanwhile: stopForASecond)
        #expect(report.latency.max >= 500_000)
        #expect(report.latency.p50 < 500_000)
    }

    @Test("Calls that are due and cannot be sent are all accounted for: those beyond the limit are NOT_SENT")
    func notSent() async throws {
        try await World.with { world in
            try await world.speak(as: world.ada) { _ = try await $0.createAgent("to be read") }
            let exit = try await world.agentload(
                as: [world.ada], ["--rate", "200000", "--duration", "0.5", "--warm-up", "0"])
            let report = try exit.loadReport()
            #expect(report.calls + report.failureCount == 100_000, "\(exit.output)")
            let notSent = report.failures["NOT_SENT", default: 0]
            // 65536 may wait, and 1024 be in flight.
            #expect(notSent > 0 && notSent <= 100_000, "\(exit.output)")
            #expect(report.failureLatency.max > 1_000)
        }
    }

    @Test("Calls that a lost connection leaves without an answer are failures, and the run goes on to its end")
    func lostConnection() async throws {
        let report = try await load(["--in-flight", "4", "--duration", "3", "--warm-up", "0"]) { world in
            world.daemon.signal(SIGKILL)
        }
        #expect(report.calls > 0)
        #expect(report.failures == ["UNAVAILABLE": 4], "\(report)")
        #expect(report.failureReasons == ["CONNECTION_LOST": 4])
        #expect(report.disconnectedSeconds > 0 && report.disconnectedSeconds <= 3, "\(report)")
        #expect(!report.wasInterrupted)
    }

    @Test("What is due and cannot be sent because there is no connection says so, and nobody waits for it at the end")
    func noConnection() async throws {
        let report = try await load(["--rate", "200", "--duration", "3", "--warm-up", "0"]) { world in
            world.daemon.signal(SIGKILL)
        }
        #expect(report.calls + report.failureCount == 600, "\(report)")
        let notSent = report.failures["NOT_SENT", default: 0]
        #expect(notSent > 0 && report.failureReasons["NO_CONNECTION"] == notSent, "\(report)")
        #expect(report.disconnectedSeconds > 0)
        // Where there may still be answers, they are awaited for ten seconds.
        #expect(report.failureLatency.max < 10_000_000, "\(report)")
    }

    @Test("What still waits when answers are no longer awaited was due too late to be sent, and says so")
    func tooLate() async throws {
        try await World.with { world in
            try await world.speak(as: world.ada) { _ = try await $0.createAgent("to be read") }
            try await TemporaryFolder.with { folder in
                let arguments = ["--rate", "200", "--in-flight", "1", "--duration", "60", "--warm-up", "0"]
                try await world.withAgentload(as: [world.ada], arguments, in: folder) { program in
                    try await waitUntil { try await Self.answered(world) >= Self.underWay }
                    world.daemon.signal(SIGSTOP)
                    defer { world.daemon.signal(SIGCONT) }
                    // Two hundred become due meanwhile.
                    try await Task.sleep(for: .seconds(1))
                    program.signal(SIGINT)
                    #expect(await program.waitForExit() == 130)
                    let output = program.standardOutput
                    let report = try JSONDecoder().decode(LoadReport.self, from: Data(output.utf8))
                    let waiting = report.failures["NOT_SENT", default: 0]
                    #expect(waiting > 0 && report.failureReasons == ["TOO_LATE": waiting], "\(output)")
                    #expect(report.failures["NOT_ANSWERED"] == 1, "\(output)")
                }
            }
        }
    }

    @Test(
        "An interrupted run says what was measured until then", arguments: [SIGINT, SIGTERM], [[], ["--rate", "500"]])
    func interrupted(signal: CInt, pace: [String]) async throws {
        try await World.with { world in
            try await world.speak(as: world.ada) { _ = try await $0.createAgent("to be read") }
            try await TemporaryFolder.with { folder in
                let plot = "\(folder)/plot.svg"
                let arguments = ["--duration", "60", "--warm-up", "0", "--plot", plot] + pace
                try await world.withAgentload(as: [world.ada], arguments, in: folder) { program in
                    try await waitUntil { try await Self.answered(world) >= Self.underWay }
                    program.signal(signal)
                    #expect(await program.waitForExit() == 130)
                    let report = try JSONDecoder().decode(LoadReport.self, from: Data(program.standardOutput.utf8))
                    #expect(report.wasInterrupted && report.durationSeconds < 60)
                    #expect(report.calls >= Int(Self.underWay) && report.failureCount == 0, "\(report)")
                    #expect(try String(contentsOfFile: plot, encoding: .utf8).hasSuffix("</svg>\n"))
                }
            }
        }
    }

    @Test("Who interrupts the warm-up learns that nothing was measured")
    func interruptedEarly() async throws {
        try await World.with { world in
            try await world.speak(as: world.ada) { _ = try await $0.createAgent("to be read") }
            try await TemporaryFolder.with { folder in
                let arguments = ["--duration", "60", "--warm-up", "60"]
                try await world.withAgentload(as: [world.ada], arguments, in: folder) { program in
                    try await waitUntil { try await Self.answered(world) >= Self.underWay }
                    program.signal(SIGINT)
                    #expect(await program.waitForExit() == 130)
                    #expect(program.standardOutput.isEmpty)
                    #expect(program.standardError.contains("nothing was measured"), "\(program.standardError)")
                }
            }
        }
    }

    @Test("Who interrupts it before the first call learns that too")
    func interruptedBefore() async throws {
        try await World.with { world in
            let lock = try TableLock(world.database)
            try await TemporaryFolder.with { folder in
                try await world.withAgentload(as: [world.ada], [], in: folder) { program in
                    try await lock.waitForBlocked(1)
                    program.signal(SIGINT)
                    #expect(await program.waitForExit() == 130)
                    #expect(program.standardOutput.isEmpty)
                    #expect(program.standardError == "error: interrupted before the first call\n")
                }
            }
            try lock.release()
        }
    }

    /// Of four places on the connection the noisy tenant would soon have all.
    @Test("Callers do not wait for a noisy tenant's answers before they call", arguments: ["framed", "grpc"])
    func noisyTenant(door: String) async throws {
        try await World.with { world in
            let agent = try await world.speak(as: world.ada) { try await $0.createAgent("to be changed") }
            _ = try await world.speak(as: world.carol) { try await $0.createAgent("to be changed") }
            let lock = try ScriptConnection(conninfo: world.database.owner, applicationName: "lock")
            try lock.execute("BEGIN; SELECT FROM agents WHERE id = \(agent.id) FOR UPDATE")
            let arguments = [
                "--door", door, "--mix", "update", "--skew", "noisy:0.9", "--rate", "200", "--in-flight", "4",
                "--duration", "2", "--warm-up", "0",
            ]
            let exit = try await TemporaryFolder.with { folder in
                try await world.withAgentload(as: [world.ada, world.carol], arguments, in: folder) { program in
                    // They are 20 a second; what comes too late for that is not sent any more.
                    try await waitUntil {
                        if program.exitCode != nil { return true }
                        return try await Self.answered(world, "UpdateAgent") >= 10
                    }
                    #expect(program.exitCode == nil, "the others' calls were not sent")
                    try lock.execute("ROLLBACK")
                    let code = await program.waitForExit()
                    return Daemon.Exit(code: code, output: program.standardOutput, log: program.standardError)
                }
            }
            let report = try exit.loadReport()
            #expect(report.calls + report.failureCount == 400, "\(exit.output)")
            #expect(try #require(report.byGroup?["others"]).calls >= 10)
        }
    }
}
