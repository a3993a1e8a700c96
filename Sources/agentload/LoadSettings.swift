internal import AgentdClient
internal import ArgumentParser
internal import ClientOptions
internal import LoadGenerator
internal import NIOCore

/// Where to call, and how: from the command line, or else from the environment, or else the default.
struct LoadSettings {
    /// Of each question before the clock starts: who waits for the run to begin is to hear that nobody answers. Longer
    /// than a peer may take that is connected and says nothing, so that this is told then.
    private static let searchTimeout = Duration.seconds(12)

    private let address: String
    private let door: LoadDoor
    private let tls: TLSOptions
    private let environment: [String: String]

    init(_ options: LoadOptions, _ tls: TLSOptions, environment: [String: String]) {
        address =
            options.address ?? environment["AGENTD_ADDRESS"]
            ?? "127.0.0.1:\(AgentdClient.Configuration.defaultPort)"
        door = options.door
        self.tls = tls
        self.environment = environment
    }

    /// For what is asked before the clock starts, over the framed door.
    func searchConfiguration(on group: any EventLoopGroup) throws -> AgentdClient.Configuration {
        var configuration = try configuration(on: group, speaking: .framed)
        configuration.timeout = Self.searchTimeout
        return configuration
    }

    /// For the load.
    func loadConfiguration(on group: any EventLoopGroup) throws -> AgentdClient.Configuration {
        switch door {
        case .framed: try configuration(on: group, speaking: .framed)
        case .grpc: try configuration(on: group, speaking: .grpc)
        }
    }

    private func configuration(
        on group: any EventLoopGroup, speaking applicationProtocol: AgentdClient.TLS.ApplicationProtocol
    ) throws -> AgentdClient.Configuration {
        do {
            var configuration = try AgentdClient.Configuration(address: address)
            configuration.tls = try tls.resolve(environment: environment, speaking: applicationProtocol)
            configuration.eventLoopGroup = group
            return configuration
        } catch let problem as TLSProblem {
            throw ValidationError(problem.description)
        } catch let error as AgentdError {
            throw ValidationError("The address " + error.violations.map(\.description).joined() + ".")
        }
    }
}
