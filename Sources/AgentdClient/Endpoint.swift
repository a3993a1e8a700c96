internal import AgentdCore

extension AgentdClient {
    /// Where a daemon listens.
    public enum Endpoint: Sendable, Equatable {
        /// A name or an IP address without brackets, and a port.
        case tcp(host: String, port: Int)
        /// The absolute path of a unix-domain socket, of at most 107 bytes.
        case unix(path: String)

        /// What an address looks like, as it follows "is not".
        static let expectation = "host:port, such as 127.0.0.1:50051, or \(UnixSocketPath.expectation)"

        /// Reads `host:port`, `[address]:port` for IPv6, a host alone, and `unix:/path`.
        init?(_ text: String) {
            if UnixSocketPath.isMeant(by: text) {
                guard let path = UnixSocketPath.path(in: text) else { return nil }
                self = .unix(path: path)
            } else {
                guard let (host, port) = Self.hostAndPort(text) else { return nil }
                self = .tcp(host: host, port: port)
            }
        }

        private static func hostAndPort(_ address: String) -> (host: String, port: Int)? {
            let defaultPort = Configuration.defaultPort
            if address.hasPrefix("[") {
                guard let end = address.firstIndex(of: "]") else { return nil }
                let host = String(address[address.index(after: address.startIndex)..<end])
                let rest = address[address.index(after: end)...]
                guard !host.isEmpty, let port = rest.isEmpty ? defaultPort : portNumber(rest.dropFirst()),
                    rest.isEmpty || rest.hasPrefix(":")
                else { return nil }
                return (host, port)
            }
            let parts = address.split(separator: ":", omittingEmptySubsequences: false)
            guard let host = parts.first, !host.isEmpty, !host.contains(where: \.isWhitespace) else { return nil }
            switch parts.count {
            case 1: return (String(host), defaultPort)
            case 2: return portNumber(parts[1]).map { (String(host), $0) }
            default: return nil
            }
        }

        private static func portNumber(_ text: Substring) -> Int? {
            guard let port = Int(text), (1...65_535).contains(port) else { return nil }
            return port
        }
    }
}

extension AgentdClient.Endpoint: CustomStringConvertible {
    /// As it is read.
    public var description: String {
        switch self {
        case .tcp(let host, let port): TCPAddress(host: host, port: port).description
        case .unix(let path): UnixSocketPath.address(path)
        }
    }
}
