/// Addresses of unix-domain sockets: `unix:` and an absolute path, such as `unix:/run/agentd/agentd.sock`.
package enum UnixSocketPath {
    private static let prefix = "unix:"
    /// `sun_path` of `sockaddr_un` has 108 bytes with its NUL.
    package static let maximumBytes = 107
    /// What such an address looks like, as it follows "it must be".
    package static let expectation =
        "\(prefix) and an absolute path of at most \(maximumBytes) bytes, such as \(prefix)/run/agentd/agentd.sock"

    /// Whether a text is an address of this kind, a good one or not.
    package static func isMeant(by text: String) -> Bool { text.hasPrefix(prefix) }

    /// Nil when the path is relative, which would depend on where a process was started, too long, or no path.
    package static func path(in text: String) -> String? {
        guard isMeant(by: text) else { return nil }
        let path = String(text.dropFirst(prefix.count))
        guard path.hasPrefix("/"), !path.hasSuffix("/"), path.utf8.count <= maximumBytes, !path.utf8.contains(0) else {
            return nil
        }
        return path
    }

    package static func address(_ path: String) -> String { prefix + path }
}
