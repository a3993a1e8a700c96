internal import AgentdClient
internal import AgentdCore
internal import ArgumentParser
internal import ClientOptions
internal import Foundation

/// Puts a load on agentd and says what it took.
@main
struct Agentload: AsyncParsableCommand {
    enum Output: String, ExpressibleByArgument, CaseIterable { case table, json }

    static let configuration = CommandConfiguration(
        commandName: "agentload",
        abstract: "Calls GetAgent as fast as the daemon answers and reports throughput and latency.",
        discussion: """
            A closed loop: a fixed number of calls is in flight, and each answer starts the next call. Every call \
            is of another tenant, at random among the keys; which agents each key may read is asked before the \
            clock starts.
            """)

    @Option(help: "Where agentd listens: host:port, or unix: and the path of a socket.")
    var address = "127.0.0.1:50051"

    @Option(
        help: ArgumentHelp("A file with an API key on each line, of as many tenants as you like.", valueName: "file"))
    var keys: String

    @Option(help: "Calls in flight, over all connections.")
    var inFlight = 64

    @Option(help: "Connections.")
    var connections = 1

    @Option(help: "Seconds that are measured.")
    var duration = 10.0

    @Option(help: "Seconds before them that are not.")
    var warmUp = 2.0

    @Option(help: "How to report: table or json.")
    var output = Output.table

    @OptionGroup(title: "Encryption") var tls: TLSOptions

    func validate() throws {
        guard (1...100_000).contains(inFlight) else { throw ValidationError("--in-flight must be 1 to 100000.") }
        guard (1...1_000).contains(connections) else { throw ValidationError("--connections must be 1 to 1000.") }
        guard (0.1...86_400).contains(duration), (0...86_400).contains(warmUp) else {
            throw ValidationError("--duration must be 0.1 to 86400 seconds, --warm-up 0 to 86400.")
        }
    }

    func run() async throws {
        let keys = try Self.readKeys(keys)
        var configuration = try AgentdClient.Configuration(address: address)
        configuration.tls = try encryption()
        configuration.connections = connections
        configuration.retries = .never
        let client = AgentdClient(configuration: configuration)
        let targets = try await Target.all(of: keys, client: client)
        let loop = ClosedLoop(client: client, targets: targets, callsInFlight: inFlight)
        let report = await loop.run(warmUp: .seconds(warmUp), duration: .seconds(duration))
        await client.close()
        switch output {
        case .table: print(report.table)
        case .json: print(report.json)
        }
        if report.calls == 0 { throw ExitCode.failure }
    }

    private func encryption() throws -> AgentdClient.TLS? {
        do throws(TLSProblem) {
            return try tls.resolve(environment: ProcessInfo.processInfo.environment)
        } catch {
            throw ValidationError(error.description)
        }
    }

    private static func readKeys(_ path: String) throws -> [String] {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw ValidationError("--keys: the file \(path) cannot be read.")
        }
        let keys = text.split(whereSeparator: \.isNewline).map(String.init)
        guard !keys.isEmpty else { throw ValidationError("--keys: the file \(path) has no key.") }
        return keys
    }
}
