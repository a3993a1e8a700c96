import Testing

internal import Foundation
internal import Messages
internal import TestSupport

/// A program of `Tests/Python` that prints a line for each of its cases, `ok NAME` or `FAIL NAME: why`.
final class PythonCases: Sendable {
    private let program: Program

    private init(_ program: Program) { self.program = program }

    /// - Parameters:
    ///   - name: Of the file, such as `grpcio_calls.py`.
    ///   - only: The cases to run; all of them when there are none.
    static func start(
        _ name: String, only cases: [String] = [], environment: [String: String]
    ) throws -> PythonCases {
        let file = "\(TestEnvironment.repository)/Tests/Python/\(name)"
        // What the library logs of connections that end is no finding.
        let quiet = ["GRPC_VERBOSITY": "NONE"]
        return PythonCases(
            try Program.start(
                TestEnvironment.python, [file] + cases, environment: quiet.merging(environment) { $1 }))
    }

    /// Runs all its cases, which must be these and succeed.
    static func run(
        _ name: String, cases: [String], environment: [String: String],
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        try await start(name, environment: environment).expect(cases, sourceLocation: sourceLocation)
    }

    /// Waits until it has said something besides its cases.
    func said(_ line: String) async throws {
        try await waitUntil {
            guard program.exitCode == nil else {
                throw Daemon.Failure(description: "it ended before it said \"\(line)\": \(report)")
            }
            return program.standardOutput.split(separator: "\n").contains { $0 == line }
        }
    }

    func signal(_ number: Int32) { program.signal(number) }

    /// What it has written, once it has ended.
    func output() async -> String {
        _ = await program.waitForExit()
        return program.standardOutput
    }

    /// Waits for its end. All these cases must have run, and no others, and each must have succeeded.
    func expect(_ cases: [String], sourceLocation: SourceLocation = #_sourceLocation) async {
        let code = await program.waitForExit()
        let lines = program.standardOutput.split(separator: "\n").map(String.init)
        for line in lines where line.hasPrefix("FAIL ") {
            Issue.record("\(line)", sourceLocation: sourceLocation)
        }
        let succeeded = lines.filter { $0.hasPrefix("ok ") }.map { String($0.dropFirst(3)) }
        let failed = lines.filter { $0.hasPrefix("FAIL ") }
        let missing = cases.filter { name in
            !succeeded.contains(name) && !failed.contains { $0.hasPrefix("FAIL \(name): ") }
        }
        #expect(missing.isEmpty, "these cases did not run; \(report)", sourceLocation: sourceLocation)
        let others = succeeded.filter { !cases.contains($0) }
        #expect(others.isEmpty, "these cases are not in the test's list", sourceLocation: sourceLocation)
        #expect(code == 0 || !failed.isEmpty, "\(report)", sourceLocation: sourceLocation)
    }

    private var report: String { "\(program.standardOutput)\(program.standardError)" }
}

extension World {
    /// What the programs of `Tests/Python` want to know, see `grpcio_cases.py`.
    /// - Parameter daemon: Another one on the same database.
    func pythonEnvironment(of daemon: Daemon? = nil) -> [String: String] {
        [
            "AGENTD_TARGET": (daemon ?? self.daemon).address, "AGENTD_TOKEN": ada.key,
            "AGENTD_OTHER_TOKEN": carol.key, "AGENTD_SYSTEM_TOKEN": systemAdministrator,
        ]
    }
}
