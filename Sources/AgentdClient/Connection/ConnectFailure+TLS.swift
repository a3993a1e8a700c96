internal import NIOSSL

extension ConnectFailure {
    /// Of an error of the library; nil when it is none of TLS.
    static func ofTLS(_ error: any Error) -> ConnectFailure? {
        switch error {
        case NIOSSLError.handshakeFailed(let cause): of(cause)
        case let cause as BoringSSLError: of(cause)
        case let error as NIOSSLExtraError where error == .failedToValidateHostname: otherName
        case NIOSSLError.unableToValidateCertificate, NIOSSLError.cannotFindPeerIP: otherName
        case NIOSSLError.uncleanShutdown: ConnectFailure(.handshakeFailed, "the connection was cut")
        case is NIOSSLError, is NIOSSLExtraError: ConnectFailure(.handshakeFailed, "\(error)")
        default: nil
        }
    }

    private static var otherName: ConnectFailure {
        ConnectFailure(.certificateOfAnotherName, "its certificate is not for the name by which it was called")
    }

    private static func of(_ cause: BoringSSLError) -> ConnectFailure {
        switch cause {
        case .sslError(let stack), .unknownError(let stack):
            if stack.contains(.eofDuringHandshake) { break }
            let text = stack.map(\.description).joined(separator: "; ")
            // Names of BoringSSL, which its descriptions hold; it has no type for them.
            let failure = names.first { name, _ in text.contains(name) }?.failure
            return failure ?? ConnectFailure(.handshakeFailed, "the TLS handshake failed: \(text)")
        case .noError, .zeroReturn, .wantRead, .wantWrite, .wantConnect, .wantAccept, .wantX509Lookup,
            .wantCertificateVerify, .syscallError, .invalidSNIName, .failedToSetALPN:
            break
        }
        // A daemon that is stopping does so too.
        return ConnectFailure(
            .handshakeFailed, "it closed the connection during the TLS handshake; it may not speak TLS")
    }

    private static let names: [(name: String, failure: ConnectFailure)] = [
        (
            "CERTIFICATE_VERIFY_FAILED",
            ConnectFailure(
                .certificateNotTrusted,
                "its certificate is signed by no authority that is trusted here, or is not valid at this time")
        ),
        ("CERTIFICATE_REQUIRED", certificateRequired),
        // What a daemon says for want of a certificate when both speak TLS 1.2.
        ("SSLV3_ALERT_HANDSHAKE_FAILURE", certificateRequired),
        ("ALERT_UNKNOWN_CA", certificateRefused), ("ALERT_BAD_CERTIFICATE", certificateRefused),
        ("ALERT_CERTIFICATE", certificateRefused), ("ALERT_UNSUPPORTED_CERTIFICATE", certificateRefused),
        ("ALERT_ACCESS_DENIED", certificateRefused), ("ALERT_DECRYPT_ERROR", certificateRefused),
        ("WRONG_VERSION_NUMBER", ConnectFailure(.notEncrypted, "it does not speak TLS")),
        ("PROTOCOL_VERSION", ConnectFailure(.handshakeFailed, "it speaks no version of TLS from 1.2 on")),
        ("UNSUPPORTED_PROTOCOL", ConnectFailure(.handshakeFailed, "it speaks no version of TLS from 1.2 on")),
        ("NO_APPLICATION_PROTOCOL", ConnectFailure(.handshakeFailed, "it does not speak agentd's framed protocol")),
    ]

    private static let certificateRequired = ConnectFailure(
        .clientCertificateRequired, "it asks for a certificate of the client")
    private static let certificateRefused = ConnectFailure(
        .clientCertificateRefused, "it does not accept the certificate of this client")
}
