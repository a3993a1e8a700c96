internal import AgentdClient
internal import NIOSSL
internal import TestSupport

extension Keys {
    /// What a server speaks TLS with.
    /// - Parameter isMutual: Whether it asks its clients for a certificate of the authority.
    func serverContext(
        isMutual: Bool = false, version: TLSVersion? = nil, _ certificate: CertificateAuthority.Certificate? = nil
    ) throws -> NIOSSLContext {
        let own = certificate ?? server
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMFile(own.certificate).map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(file: own.key, format: .pem)))
        configuration.maximumTLSVersion = version
        configuration.applicationProtocols = ["h2", "agentd/1"]
        if isMutual {
            configuration.certificateVerification = .noHostnameVerification
            configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(authority.own.certificate))
        }
        return try NIOSSLContext(configuration: configuration)
    }

    /// A client that trusts the authority.
    func tls(_ certificate: CertificateAuthority.Certificate? = nil, name: String? = nil) throws -> AgentdClient.TLS {
        try AgentdClient.TLS(
            authorities: authority.own.certificate, certificate: certificate?.certificate, key: certificate?.key,
            serverName: name)
    }
}
