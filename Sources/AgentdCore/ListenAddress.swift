/// Where to listen: a TCP port, where 0 lets the system choose one, or a unix-domain socket.
package enum ListenAddress: Sendable, Equatable, CustomStringConvertible {
    case tcp(TCPAddress)
    case unix(path: String)

    /// Reads what `TCPAddress` and `UnixSocketPath` do.
    package init?(_ text: String) {
        if UnixSocketPath.isMeant(by: text) {
            guard let path = UnixSocketPath.path(in: text) else { return nil }
            self = .unix(path: path)
        } else {
            guard let address = TCPAddress(text) else { return nil }
            self = .tcp(address)
        }
    }

    package var description: String {
        switch self {
        case .tcp(let address): address.description
        case .unix(let path): UnixSocketPath.address(path)
        }
    }
}
