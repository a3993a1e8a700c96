internal import AgentdCore
internal import Glibc
internal import NIOCore
package import NIOSSL

extension AgentdClient {
    /// How connections are encrypted. The daemon's certificate is always verified: it must be signed by an authority
    /// that is trusted, and be for the name by which the daemon is called or for the IP address that is connected to;
    /// for `serverName` alone when that is given.
    ///
    /// Files are read once, when this is made.
    public struct TLS: Sendable {
        /// What is spoken over the connection, by its name in ALPN.
        package enum ApplicationProtocol: String, Sendable {
            case framed = "agentd/1"
            case grpc = "h2"
        }

        /// How long a connection that is closed waits for the daemon to say that it has heard so.
        private static let shutdownTimeout = TimeAmount.seconds(1)
        /// Of a daemon behind a unix-domain socket, unless another name is given.
        private static let nameOfLocalDaemon = "localhost"

        package let context: NIOSSLContext
        private let serverName: String?

        /// - Parameters:
        ///   - authorities: The path of a file with certificates of authorities in PEM, one of which must have signed
        ///     the daemon's. Nil takes those that this system trusts.
        ///   - certificate: The path of a file with the certificate that the daemon is shown, in PEM, the intermediate
        ///     ones after it. A daemon with mutual TLS asks for it.
        ///   - key: The path of a file with its private key in PEM, without a passphrase.
        ///   - serverName: The name in the daemon's certificate, where that is not the host of its address.
        /// - Throws: `INVALID_ARGUMENT` with the parameters that cannot be used as fields.
        public init(
            authorities: String? = nil, certificate: String? = nil, key: String? = nil, serverName: String? = nil
        ) throws(AgentdError) {
            try self.init(
                authorities: authorities, certificate: certificate, key: key, serverName: serverName, speaking: .framed)
        }

        /// The same for another protocol than that of this client.
        package init(
            authorities: String?, certificate: String?, key: String?, serverName: String?,
            speaking applicationProtocol: ApplicationProtocol
        ) throws(AgentdError) {
            var configuration = TLSConfiguration.makeClientConfiguration()
            configuration.minimumTLSVersion = .tlsv12
            configuration.applicationProtocols = [applicationProtocol.rawValue]
            configuration.shutdownTimeout = Self.shutdownTimeout
            if let authorities {
                configuration.trustRoots = .certificates(try Self.certificates(authorities, "authorities"))
            }
            switch (certificate, key) {
            case (let certificate?, let key?):
                configuration.certificateChain =
                    try Self.certificates(certificate, "certificate").map { .certificate($0) }
                configuration.privateKey = .privateKey(try Self.key(key))
            case (nil, nil): break
            case (nil, _): throw Self.problem("certificate", "is missing: a key is of no use without its certificate")
            case (_, nil): throw Self.problem("key", "is missing: a certificate is of no use without its key")
            }
            context = try Self.context(configuration)
            self.serverName = serverName
            if let serverName, (try? NIOSSLClientHandler(context: context, serverHostname: serverName)) == nil {
                throw Self.problem("serverName", "is \"\(serverName)\"; it must be a name, and no IP address")
            }
        }

        /// Whether a certificate that is good for the library is good for who named a name: the library is also content
        /// with one for the address, and who names a name means it alone.
        func accepts(_ certificate: NIOSSLCertificate?) -> Bool {
            guard let serverName else { return true }
            return certificate?.isFor(serverName) ?? false
        }

        /// The name that the daemon's certificate must be for; nil when it must be for the address that is connected
        /// to.
        func name(at endpoint: Endpoint) -> String? {
            if let serverName { return serverName }
            switch endpoint {
            case .tcp(let host, let port):
                return (try? SocketAddress(ipAddress: host, port: port)) == nil ? host : nil
            case .unix: return Self.nameOfLocalDaemon
            }
        }
    }
}

// MARK: Reading files

extension AgentdClient.TLS {
    private static func context(_ configuration: TLSConfiguration) throws(AgentdError) -> NIOSSLContext {
        do {
            return try NIOSSLContext(configuration: configuration)
        } catch NIOSSLError.failedToLoadPrivateKey {
            throw problem("key", "does not belong to the certificate")
        } catch {
            guard configuration.trustRoots == .default else { throw problem("certificate", "cannot be used: \(error)") }
            throw problem("authorities", "are missing: this system has none that it trusts")
        }
    }

    private static func certificates(_ path: String, _ field: String) throws(AgentdError) -> [NIOSSLCertificate] {
        try checkReadable(path, field)
        guard let certificates = try? NIOSSLCertificate.fromPEMFile(path), !certificates.isEmpty else {
            throw problem(field, "is the file \(path), which holds no certificate in PEM")
        }
        return certificates
    }

    private static func key(_ path: String) throws(AgentdError) -> NIOSSLPrivateKey {
        try checkReadable(path, "key")
        // Without a passphrase of our own the library would ask whoever sits at the terminal.
        guard let key = try? NIOSSLPrivateKey(file: path, format: .pem, passphraseCallback: { $0([] as [UInt8]) })
        else {
            throw problem("key", "is the file \(path), which holds no private key without a passphrase in PEM")
        }
        return key
    }

    /// The library does not say why it could not read a file.
    private static func checkReadable(_ path: String, _ field: String) throws(AgentdError) {
        guard access(path, R_OK) != 0 else { return }
        throw problem(field, "is the file \(path), which cannot be read: \(ConnectFailure.sentence(errno: errno))")
    }

    private static func problem(_ field: String, _ description: String) -> AgentdError {
        .fields([.init(field: field, description: description)])
    }
}
