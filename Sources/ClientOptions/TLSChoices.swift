package import AgentdClient

/// What one source, such as the environment, says about encryption.
package struct TLSChoices: Sendable {
    /// A value and where it was found, for messages.
    package struct Choice: Sendable {
        let value: String
        let source: String

        /// Nil when there is no value, or an empty one.
        package init?(_ value: String?, _ source: String) {
            guard let value, !value.isEmpty else { return nil }
            self.value = value
            self.source = source
        }
    }

    package var isOn: Bool?
    package var authorities: Choice?
    package var certificate: Choice?
    package var key: Choice?
    package var serverName: Choice?

    package init(
        isOn: Bool? = nil, authorities: Choice? = nil, certificate: Choice? = nil, key: Choice? = nil,
        serverName: Choice? = nil
    ) {
        self.isOn = isOn
        self.authorities = authorities
        self.certificate = certificate
        self.key = key
        self.serverName = serverName
    }

    /// Of the environment.
    package init(environment: [String: String]) throws(TLSProblem) {
        self.init(
            isOn: try Self.flag("AGENTD_TLS", environment),
            authorities: Choice(environment["AGENTD_CA_FILE"], "AGENTD_CA_FILE"),
            certificate: Choice(
                environment["AGENTD_CLIENT_CERTIFICATE_FILE"], "AGENTD_CLIENT_CERTIFICATE_FILE"),
            key: Choice(environment["AGENTD_CLIENT_KEY_FILE"], "AGENTD_CLIENT_KEY_FILE"),
            serverName: Choice(environment["AGENTD_SERVER_NAME"], "AGENTD_SERVER_NAME"))
    }

    private static func flag(_ name: String, _ environment: [String: String]) throws(TLSProblem) -> Bool? {
        guard let text = environment[name], !text.isEmpty else { return nil }
        switch text.lowercased() {
        case "true", "1", "yes", "on": return true
        case "false", "0", "no", "off": return false
        default: throw TLSProblem("\(name) is \"\(text)\"; it must be true or false")
        }
    }
}

/// Choices that cannot be used; says which and why.
package struct TLSProblem: Error, Sendable {
    package let description: String

    init(_ description: String) { self.description = description }
}

extension TLSOptions {
    /// How to connect: by the command line, or else the environment, or else the configuration file.
    /// - Returns: Nil when nobody asks for encryption, or the most important that speaks of it declines it. Whoever
    ///   names a certificate or a name asks for it.
    package func resolve(
        environment: [String: String], file: TLSChoices = TLSChoices(),
        speaking applicationProtocol: AgentdClient.TLS.ApplicationProtocol = .framed
    ) throws(TLSProblem) -> AgentdClient.TLS? {
        let sources = [choices, try TLSChoices(environment: environment), file]
        func first<Value>(_ member: KeyPath<TLSChoices, Value?>) -> Value? {
            sources.lazy.compactMap { $0[keyPath: member] }.first
        }
        let (authorities, serverName) = (first(\.authorities), first(\.serverName))
        let (certificate, key) = (first(\.certificate), first(\.key))
        let given = ["authorities": authorities, "certificate": certificate, "key": key, "serverName": serverName]
            .compactMapValues(\.self)
        guard first(\.isOn) ?? !given.isEmpty else { return nil }
        do {
            return try AgentdClient.TLS(
                authorities: authorities?.value, certificate: certificate?.value, key: key?.value,
                serverName: serverName?.value, speaking: applicationProtocol)
        } catch {
            let problems = error.violations.map { violation in
                "\(given[violation.field]?.source ?? Self.flags[violation.field] ?? "--tls") \(violation.description)"
            }
            throw TLSProblem(problems.joined(separator: "; "))
        }
    }

    /// By the parameters of `AgentdClient.TLS`.
    private static let flags = [
        "authorities": "--ca", "certificate": "--cert", "key": "--key", "serverName": "--server-name",
    ]
}
