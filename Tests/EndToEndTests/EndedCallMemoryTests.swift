import Testing

/// What a call takes in memory is free again when it has ended.
@Suite("Memory of ended calls", .timeLimit(.minutes(2)))
struct EndedCallMemoryTests {
    /// A call that stayed would keep some 1,400 bytes: itself, what it asked and what waited for the database.
    private static let mostBytesOfCall = 200
    /// What the daemon may have grown for reasons of its own.
    private static let slack = 3 << 20

    @Test("Calls leave nothing behind", arguments: ["framed", "grpc"])
    func looksUp(door: String) async throws {
        try await World.with { world in
            try await world.speak(as: world.ada) { _ = try await $0.createAgent("to be read") }
            func makeCalls(_ mix: String, seconds: Double) async throws -> Int {
                let exit = try await world.agentload(
                    as: [world.ada],
                    ["--door", door, "--mix", mix, "--in-flight", "32", "--duration", "\(seconds)", "--warm-up", "0"])
                let report = try exit.loadReport()
                #expect(report.failures.isEmpty, "\(exit.output)")
                return report.calls
            }
            // Until it has what it keeps for calls to come.
            _ = try await makeCalls("mixed", seconds: 1)
            for mix in ["list", "get", "update"] {
                _ = try await makeCalls(mix, seconds: 1)
                let before = try world.daemon.memory().resident
                let calls = try await makeCalls(mix, seconds: 4)
                let growth = try world.daemon.memory().resident - before
                #expect(
                    growth <= Self.slack + calls * Self.mostBytesOfCall, "\(growth) bytes more after \(calls) of \(mix)"
                )
            }
        }
    }
}
