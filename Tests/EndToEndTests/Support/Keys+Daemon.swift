internal import NIOSSL
internal import TestSupport

extension Keys {
    /// Of a daemon that encrypts.
    /// - Parameter isMutual: Whether it asks its clients for a certificate of the authority.
    func settings(isMutual: Bool = false) -> [String: String] {
        var settings = ["AGENTD_TLS_CERTIFICATE": server.certificate, "AGENTD_TLS_KEY": server.key]
        if isMutual { settings["AGENTD_TLS_CLIENT_CA"] = authority.own.certificate }
        return settings
    }

    /// What makes our programs trust the authority.
    var trust: [String: String] { ["AGENTD_CA_FILE": authority.own.certificate] }

    /// What makes them show the client's certificate besides.
    var identity: [String: String] {
        trust.merging(["AGENTD_CLIENT_CERTIFICATE_FILE": client.certificate, "AGENTD_CLIENT_KEY_FILE": client.key]) {
            $1
        }
    }

    /// What a connection of a test is encrypted with. It trusts the authority, and shows no certificate.
    func clientContext(_ protocols: [String] = [], upTo version: TLSVersion? = nil) throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(authority.own.certificate))
        configuration.applicationProtocols = protocols
        configuration.maximumTLSVersion = version
        return try NIOSSLContext(configuration: configuration)
    }
}
