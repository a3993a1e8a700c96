import Testing

internal import Foundation

extension World {
    /// Runs `agentload` with the keys of some people, for JSON unless the arguments say otherwise.
    func agentload(
        as people: [Person], _ arguments: [String], environment: [String: String] = [:]
    ) async throws -> Daemon.Exit {
        try await TemporaryFolder.with { folder in
            try await withAgentload(as: people, arguments, in: folder, environment: environment) { program in
                let code = await program.waitForExit()
                return Daemon.Exit(code: code, output: program.standardOutput, log: program.standardError)
            }
        }
    }

    /// The same while it runs.
    func withAgentload<R>(
        as people: [Person], _ arguments: [String], in folder: String, environment: [String: String] = [:],
        _ body: (Program) async throws -> R
    ) async throws -> R {
        let path = "\(folder)/keys"
        try Data(people.map { $0.key + "\n" }.joined().utf8).write(to: URL(filePath: path))
        let program = try Program.start(
            "agentload", ["--keys", path, "--no-progress", "--output", "json"] + arguments,
            environment: ["AGENTD_ADDRESS": daemon.address].merging(environment) { $1 })
        return try await body(program)
    }
}

extension Daemon.Exit {
    /// What a run of `agentload` said in JSON that did what it should.
    func loadReport(sourceLocation: SourceLocation = #_sourceLocation) throws -> LoadReport {
        let output = success(sourceLocation: sourceLocation)
        return try JSONDecoder().decode(LoadReport.self, from: Data(output.utf8))
    }
}

/// The part of a report that tests look at.
struct LoadReport: Decodable {
    struct Latency: Decodable {
        let p50: Int
        let p99: Int
        let max: Int
    }

    struct Group: Decodable { let calls: Int }

    struct Method: Decodable { let calls: Int }

    struct Second: Decodable {
        let calls: Int
        let failures: Int
    }

    let door: String
    let mix: String
    let loop: String
    let calls: Int
    let durationSeconds: Double
    let wasInterrupted: Bool
    let disconnectedSeconds: Double
    let tenants: Int
    let connections: Int
    let failures: [String: Int]
    let failureReasons: [String: Int]
    let latency: Latency
    let failureLatency: Latency
    let byMethod: [String: Method]
    let byGroup: [String: Group]?
    let bySecond: [Second]

    enum CodingKeys: String, CodingKey {
        case door, mix, loop, calls, tenants, connections, failures
        case durationSeconds = "duration_seconds"
        case wasInterrupted = "interrupted"
        case disconnectedSeconds = "disconnected_seconds"
        case failureReasons = "failure_reasons"
        case latency = "latency_microseconds"
        case failureLatency = "failure_latency_microseconds"
        case byMethod = "by_method"
        case byGroup = "by_group"
        case bySecond = "by_second"
    }

    var failureCount: Int { failures.values.reduce(0, +) }
}
