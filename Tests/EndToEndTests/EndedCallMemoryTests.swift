import Testing

/// What a call takes in memory is free again when it has ended.
@Suite("Memory of ended calls", .timeLimit(.minutes(3)))
struct EndedCallMemoryTests {
    /// So many that what the daemon grows by for reasons of its own, `slack`, is little beside what calls would leave.
    private static let calls = 6_000
    /// A call that stayed would keep some 1,400 bytes: itself, what it asked and what waited for the database.
    private static let mostBytesOfCall = 200
    private static let slack = 2 << 20

    @Test("Calls leave nothing behind", arguments: ["framed", "grpc"])
    func looksUp(door: String) async throws {
        try await World.with { world in
            try await world.speak(as: world.ada) { _ = try await $0.createAgent("to be read") }
            for mix in ["list", "get"] {
                // Until it has what it keeps for calls to come.
                _ = try await Self.makeCalls(mix, 1_000, door, world)
                let before = try world.daemon.memory().own
                let calls = try await Self.makeCalls(mix, Self.calls, door, world)
                let growth = try world.daemon.memory().own - before
                #expect(
                    growth <= Self.slack + calls * Self.mostBytesOfCall,
                    "\(growth) bytes more after \(calls) calls of \(mix)")
            }
        }
    }

    /// - Returns: How many calls were made, at least as many as asked for.
    private static func makeCalls(_ mix: String, _ count: Int, _ door: String, _ world: World) async throws -> Int {
        var made = 0
        while made < count {
            let exit = try await world.agentload(
                as: [world.ada],
                ["--door", door, "--mix", mix, "--in-flight", "32", "--duration", "1", "--warm-up", "0"])
            let report = try exit.loadReport()
            #expect(report.failures.isEmpty, "\(exit.output)")
            made += report.calls
        }
        return made
    }
}
