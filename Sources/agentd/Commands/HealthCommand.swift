internal import AgentdClient
internal import ArgumentParser
internal import ClientOptions
internal import Foundation
internal import Operations

struct Health: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Ask a running daemon whether it serves, as grpc_health_probe does.",
        discussion: """
            With --watch it goes on until it is interrupted and prints each change in a line: the time, then SERVING, \
            NOT_SERVING, SERVICE_UNKNOWN, or UNREACHABLE and why.

            Exit codes: 0 it serves, 1 wrong command line, 2 no connection, 3 the call failed, 4 it does not serve.
            """)

    @Option(help: "Where it listens. By default AGENTD_ADDRESS, AGENTD_LISTEN or 127.0.0.1:50051.")
    var address: String?

    @Option(help: "The service to ask for; without it, the daemon as a whole.")
    var service = ""

    @Option(help: "How long making the connection may take, such as 500ms or 1s.")
    var connectTimeout = "1s"

    @Option(help: "How long the call may take.")
    var rpcTimeout = "1s"

    @Flag(help: "Go on and print each change.")
    var watch = false

    @OptionGroup(title: "Encryption") var tls: TLSOptions

    /// Those of grpc_health_probe.
    private enum Code: Int32 {
        case usage = 1
        case connection = 2
        case call = 3
        case notServing = 4
    }

    /// For what the library of the command line refuses, too.
    static var usageCode: Int32 { Code.usage.rawValue }

    func run() async throws {
        let client = AgentdClient(configuration: try configuration())
        let status: AgentdClient.HealthStatus
        do throws(AgentdError) {
            if watch { try await HealthWatch(client: client, service: service).run() }
            status = try await client.healthCheck(service: service)
            await client.close()
        } catch {
            await client.close()
            let remedy = error.connectionFailure?.remedy.map { "\nhint: \($0)" } ?? ""
            Output.error("\(error)\(remedy)")
            throw ExitCode((error.isConnectionFailure ? Code.connection : .call).rawValue)
        }
        Output.line("status: \(status)")
        if status != .serving { throw ExitCode(Code.notServing.rawValue) }
    }

    private func configuration() throws -> AgentdClient.Configuration {
        let environment = ProcessInfo.processInfo.environment
        let target = address ?? environment["AGENTD_ADDRESS"] ?? environment["AGENTD_LISTEN"] ?? "127.0.0.1:50051"
        guard let connect = DurationText.milliseconds(connectTimeout), connect > 0,
            let call = DurationText.milliseconds(rpcTimeout), call > 0
        else { throw usage("The timeouts must be durations such as 500ms or 1s.") }
        let encryption = try encryption(environment)
        do {
            var configuration = try AgentdClient.Configuration(address: target)
            configuration.tls = encryption
            configuration.connectTimeout = .milliseconds(connect)
            // The time of the call begins before the connection does.
            configuration.timeout = .milliseconds(connect + call)
            configuration.retries = .never
            return configuration
        } catch {
            throw usage(error.message)
        }
    }

    private func encryption(_ environment: [String: String]) throws -> AgentdClient.TLS? {
        do throws(TLSProblem) {
            return try tls.resolve(environment: environment)
        } catch {
            throw usage(error.description)
        }
    }

    private func usage(_ message: String) -> ExitCode {
        Output.error(message)
        return ExitCode(Code.usage.rawValue)
    }
}
