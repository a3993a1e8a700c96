internal import Foundation
internal import Synchronization
internal import TestSupport

/// The real `agentd` as a process of its own.
final class Daemon: Sendable {
    struct Failure: Error, CustomStringConvertible { let description: String }

    /// What a start that failed leaves.
    struct Exit: Sendable {
        let code: Int32
        let output: String
        let log: String
    }

    private let program: Program
    private let listening: ReadyLine
    /// Of both doors: `127.0.0.1:PORT`, or `unix:PATH`.
    var address: String { listening.framed }
    /// Of both doors; 0 on a socket.
    var port: Int { ReadyLine.port(of: address) }
    /// `127.0.0.1:PORT` of the HTTP for operators; nil when it is off.
    var adminAddress: String? { listening.admin }
    var adminPort: Int? { adminAddress.map(ReadyLine.port) }
    var processID: Int32 { program.processID }
    /// What it has logged so far.
    var log: String { program.standardError }

    private init(program: Program, listening: ReadyLine) {
        self.program = program
        self.listening = listening
    }

    /// Starts `agentd serve` on an external database and waits for its line of readiness.
    static func start(_ database: TestDatabase, settings: [String: String] = [:]) async throws -> Daemon {
        try await start(settings: environment(database).merging(settings) { $1 })
    }

    /// Starts `agentd serve` and waits for its line of readiness.
    /// - Parameter descriptors: The most that it may open; nil for as many as the tests.
    static func start(settings: [String: String], descriptors: Int? = nil) async throws -> Daemon {
        let environment = anyPort.merging(settings) { $1 }
        let program =
            if let descriptors {
                try Program.start(
                    "/bin/sh",
                    ["-c", "ulimit -n \(descriptors) && exec \"$0\" serve", "\(TestEnvironment.binaries)/agentd"],
                    environment: environment)
            } else {
                try Program.start("agentd", ["serve"], environment: environment)
            }
        while true {
            if let line = ReadyLine(in: program.standardOutput) { return Daemon(program: program, listening: line) }
            if let code = program.exitCode {
                throw Failure(description: "agentd ended with \(code) before it was ready:\n\(program.standardError)")
            }
            do {
                try await Task.sleep(for: .milliseconds(5))
            } catch {
                program.signal(SIGKILL)
                throw error
            }
        }
    }

    /// Runs `agentd serve` that is expected to refuse.
    static func refusedStart(_ database: TestDatabase, settings: [String: String] = [:]) async throws -> Exit {
        let all = anyPort.merging(environment(database)) { $1 }.merging(settings) { $1 }
        return try await Program.run("agentd", ["serve"], environment: all)
    }

    static func with<R>(
        _ database: TestDatabase, settings: [String: String] = [:], _ body: (Daemon) async throws -> R
    ) async throws -> R {
        let daemon = try await start(database, settings: settings)
        do {
            let result = try await body(daemon)
            await daemon.stop()
            return result
        } catch {
            await daemon.stop()
            throw error
        }
    }

    static func environment(_ database: TestDatabase) -> [String: String] {
        [
            "AGENTD_DATABASE_URL": database.application, "AGENTD_PLATFORM_DATABASE_URL": database.platform,
            "AGENTD_OWNER_DATABASE_URL": database.owner,
        ]
    }

    private static let anyPort = ["AGENTD_LISTEN": "127.0.0.1:0", "AGENTD_ADMIN_LISTEN": "127.0.0.1:0"]

    func signal(_ number: Int32) { program.signal(number) }

    func exitCode() async -> Int32 { await program.waitForExit() }

    /// Lets it finish; a daemon that does not end within its own bounds is killed.
    func stop() async {
        program.signal(SIGTERM)
        let killer = Task {
            try await Task.sleep(for: .seconds(40))
            program.signal(SIGKILL)
        }
        _ = await program.waitForExit()
        killer.cancel()
    }
}
