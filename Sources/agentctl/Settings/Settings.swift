internal import AgentdClient
internal import ClientOptions
internal import FoundationEssentials

/// Where to call and as whom: from the command line, or else from the environment, or else from the configuration file,
/// or else the default.
struct Settings: Sendable {
    /// A value and where it was found, for messages.
    struct Setting: Sendable {
        let value: String
        let source: String
    }

    let address: Setting
    let token: Setting?
    let tenant: Setting?
    let timeout: Duration
    let tls: AgentdClient.TLS?

    init(
        _ options: GlobalOptions, environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(SettingsProblem) {
        let environment = environment.filter { !$0.value.isEmpty }
        let file = try ConfigurationFile(environment: environment)
        address =
            Self.first(
                (options.address, "--address"), (environment["AGENTD_ADDRESS"], "AGENTD_ADDRESS"),
                (file?.address, file?.path ?? ""))
            ?? Setting(value: "127.0.0.1:\(AgentdClient.Configuration.defaultPort)", source: "the default")
        tenant = Self.first(
            (options.tenant, "--tenant"), (environment["AGENTD_TENANT"], "AGENTD_TENANT"),
            (file?.tenant, file?.path ?? ""))
        token = try Self.token(options, environment, file)
        timeout = options.timeout.duration
        do throws(TLSProblem) {
            tls = try options.tls.resolve(environment: environment, file: file?.tls ?? TLSChoices())
        } catch {
            throw SettingsProblem(error.description)
        }
    }

    func clientConfiguration() throws(SettingsProblem) -> AgentdClient.Configuration {
        do {
            var configuration = try AgentdClient.Configuration(address: address.value, token: token?.value)
            configuration.tenant = tenant?.value
            configuration.timeout = timeout
            configuration.tls = tls
            return configuration
        } catch {
            throw SettingsProblem("the address of \(address.source): \(error.violations.map(\.description).joined())")
        }
    }

    private static func first(_ candidates: (value: String?, source: String)...) -> Setting? {
        for candidate in candidates {
            if let value = candidate.value, !value.isEmpty { return Setting(value: value, source: candidate.source) }
        }
        return nil
    }

    private static func token(
        _ options: GlobalOptions, _ environment: [String: String], _ file: ConfigurationFile?
    ) throws(SettingsProblem) -> Setting? {
        if let token = first((options.token, "--token")) { return token }
        if let path = options.tokenFile { return try tokenFile(path, source: "--token-file") }
        if let token = first((environment["AGENTD_TOKEN"], "AGENTD_TOKEN")) { return token }
        if let path = environment["AGENTD_TOKEN_FILE"] { return try tokenFile(path, source: "AGENTD_TOKEN_FILE") }
        let token = first((file?.token, file?.path ?? ""))
        if token != nil { file?.warnWhenOthersCanRead() }
        return token
    }

    private static func tokenFile(_ path: String, source: String) throws(SettingsProblem) -> Setting {
        let text: String
        do {
            text = try BoundedFile.text(path: path, maximumBytes: ConfigurationFile.maximumBytes)
        } catch {
            throw SettingsProblem("\(source): \(error.description)")
        }
        let tokens = text.split(whereSeparator: \.isWhitespace)
        guard let token = tokens.first, tokens.count == 1 else {
            throw SettingsProblem("the file \(path) of \(source) must hold one token and nothing else")
        }
        return Setting(value: String(token), source: "\(path) (\(source))")
    }
}

/// Settings that cannot be used; says which and how to mend it.
struct SettingsProblem: Error {
    let description: String

    init(_ description: String) { self.description = description }
}
