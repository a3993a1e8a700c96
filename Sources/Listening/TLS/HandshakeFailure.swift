internal import NIOSSL

extension Error {
    /// Whether it ended a handshake of TLS because of what the peer sent or did not accept. A peer that only went away,
    /// as a probe does that looks whether the port is open, has failed at nothing.
    var isFailedHandshake: Bool {
        switch self as any Error {
        case NIOSSLError.handshakeFailed(.sslError(let stack)): !stack.contains(.eofDuringHandshake)
        case NIOSSLError.handshakeFailed, is BoringSSLError: true
        default: false
        }
    }
}
