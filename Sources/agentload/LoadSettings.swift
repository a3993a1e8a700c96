internal import AgentdClient
internal import ArgumentParser
internal import ClientOptions
internal import LoadGenerator
internal import NIOCore

/// Where to call and as whom: from the command line, or else from the environment, or else the default.
struct LoadSettings {
    /// Of each question before the clock starts: who waits for the run to begin is to hear that nobody answers. Longer
    /// than a peer may take that is connected and says nothing, so that this is told then.
    private static let searchTimeout = Duration.seconds(12)
    /// A daemon under load refuses for a while: each question is asked again until its time is over.
    private static let searchAttempts = 1_000
    /// Of keys; room for those of all tenants that a daemon may have.
    private static let maximumFileBytes = 64 << 20

    let keys: [LoadKey]
    private let address: String
    private let door: LoadDoor
    private let connections: Int
    private let tls: TLSOptions
    private let environment: [String: String]

    /// - Throws: `ValidationError`.
    init(_ options: LoadOptions, _ tls: TLSOptions, environment: [String: String]) throws {
        address =
            options.address ?? environment["AGENTD_ADDRESS"]
            ?? "127.0.0.1:\(AgentdClient.Configuration.defaultPort)"
        keys = try Self.keys(options, environment)
        if options.skew.isNoisy, keys.count < 2 {
            throw ValidationError(
                "--skew noisy needs keys of two tenants or more, one to make the noise and one beside it, and has one.")
        }
        door = options.door
        connections = options.connections
        self.tls = tls
        self.environment = environment
    }

    private static func keys(_ options: LoadOptions, _ environment: [String: String]) throws -> [LoadKey] {
        if let path = options.keys {
            let keys = try keys(inFile: path, of: "--keys")
            if let tenants = options.tenants, tenants > keys.count {
                throw ValidationError("The file \(path) has \(keys.count) keys, fewer than --tenants \(tenants).")
            }
            return Array(keys.prefix(options.tenants ?? keys.count))
        }
        if let token = environment["AGENTD_TOKEN"] { return [LoadKey(token, from: "AGENTD_TOKEN")] }
        if let path = environment["AGENTD_TOKEN_FILE"] { return try keys(inFile: path, of: "AGENTD_TOKEN_FILE") }
        throw ValidationError("Say who calls: --keys names a file with an API key on each line, or set AGENTD_TOKEN.")
    }

    private static func keys(inFile path: String, of source: String) throws -> [LoadKey] {
        let text: String
        do {
            text = try BoundedFile.text(path: path, maximumBytes: maximumFileBytes)
        } catch {
            throw ValidationError("\(source): \(error.description).")
        }
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        let keys = lines.enumerated().flatMap { index, line in
            let words = line.split(whereSeparator: \.isWhitespace)
            let isComment = words.first?.first == "#"
            return isComment ? [] : words.map { LoadKey(String($0), from: "line \(index + 1) of \(path)") }
        }
        guard !keys.isEmpty else { throw ValidationError("The file \(path) of \(source) has no key.") }
        return keys
    }

    /// For what is asked before the clock starts, over the framed door.
    func searchConfiguration(on group: any EventLoopGroup) throws -> AgentdClient.Configuration {
        var configuration = try configuration(on: group, speaking: .framed)
        configuration.timeout = Self.searchTimeout
        configuration.retries.maximumAttempts = Self.searchAttempts
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
