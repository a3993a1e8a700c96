internal import NIOCore
package import NIOSSL
internal import Synchronization

/// The certificates of the port. They can be exchanged while it is open: that concerns connections that are made
/// afterwards, and no other.
package final class ServerCertificates: Sendable {
    /// What the two doors are called in ALPN, the better one first where a client takes both.
    package enum ApplicationProtocol: String, CaseIterable {
        case grpc = "h2"
        case framed = "agentd/1"
    }

    /// Of TLS 1.2, whose other ones lack authenticated encryption or forward secrecy (RFC 9113, appendix A, forbids
    /// those to HTTP/2). TLS 1.3 has none that are not good.
    private static let cipherSuites: [NIOTLSCipher] = [
        .TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, .TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        .TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, .TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
        .TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, .TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
    ]
    /// How long a connection that is closed waits for the peer to say that it has heard so.
    private static let shutdownTimeout = TimeAmount.seconds(1)

    private let inForce: Mutex<InForce>

    private struct InForce {
        let context: NIOSSLContext
        let validity: CertificateValidity
    }

    package init(_ texts: CertificateTexts) throws(CertificateProblem) {
        inForce = Mutex(try Self.read(texts))
    }

    /// Texts that cannot be used change nothing.
    package func exchange(for texts: CertificateTexts) throws(CertificateProblem) {
        let new = try Self.read(texts)
        inForce.withLock { $0 = new }
    }

    /// When the certificate in force is valid.
    package var validity: CertificateValidity { inForce.withLock { $0.validity } }

    /// For a new connection, first in its pipeline.
    package func makeHandler() -> NIOSSLServerHandler { NIOSSLServerHandler(context: inForce.withLock { $0.context }) }

    private static func read(_ texts: CertificateTexts) throws(CertificateProblem) -> InForce {
        let chain = try certificates(texts.certificate, .certificate)
        let validity = CertificateValidity(chain[0])
        guard !validity.isOver(at: .now) else {
            throw CertificateProblem(.certificate, "has a certificate that expired on \(validity.end)")
        }
        let key = try key(texts.key)
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv12
        configuration.cipherSuiteValues = cipherSuites
        configuration.applicationProtocols = ApplicationProtocol.allCases.map(\.rawValue)
        configuration.shutdownTimeout = shutdownTimeout
        if let text = texts.clientAuthorities {
            configuration.trustRoots = .certificates(try certificates(text, .clientAuthorities))
            // Clients have no names that could be compared with anything.
            configuration.certificateVerification = .noHostnameVerification
            configuration.sendCANameList = true
        }
        do {
            return InForce(context: try NIOSSLContext(configuration: configuration), validity: validity)
        } catch NIOSSLError.failedToLoadPrivateKey {
            throw CertificateProblem(.key, "has a key that does not belong to the first certificate of the chain")
        } catch {
            throw CertificateProblem(.certificate, "cannot be used: \(error)")
        }
    }

    /// At least one.
    private static func certificates(
        _ text: String, _ kind: CertificateProblem.Text
    ) throws(CertificateProblem) -> [NIOSSLCertificate] {
        guard let certificates = try? NIOSSLCertificate.fromPEMBytes(Array(text.utf8)), !certificates.isEmpty else {
            throw CertificateProblem(
                kind, "holds no certificate in PEM, which begins with -----BEGIN CERTIFICATE-----")
        }
        return certificates
    }

    private static func key(_ text: String) throws(CertificateProblem) -> NIOSSLPrivateKey {
        guard !text.contains("ENCRYPTED") else {
            throw CertificateProblem(
                .key, "has a key with a passphrase, which nobody could type in; `openssl pkey` writes one without")
        }
        guard let key = try? NIOSSLPrivateKey(bytes: Array(text.utf8), format: .pem) else {
            throw CertificateProblem(
                .key, "holds no private key in PEM, which begins with -----BEGIN PRIVATE KEY----- or the like")
        }
        return key
    }
}
