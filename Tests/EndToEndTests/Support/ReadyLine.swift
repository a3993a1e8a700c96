/// What the daemon says once it serves: `agentd ready: framed ADDRESS, grpc ADDRESS, admin ADDRESS`.
struct ReadyLine {
    private static let prefix = "agentd ready: "

    /// Of both doors, which share it: `HOST:PORT`, or `unix:PATH`.
    let framed: String
    /// Of the HTTP for operators; nil when it is off.
    let admin: String?

    /// Nil while the output has no such line.
    init?(in output: String) {
        // Only a line that has ended is whole.
        let lines = output.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        guard let line = lines.first(where: { $0.hasPrefix(Self.prefix) }) else { return nil }
        var addresses: [Substring: String] = [:]
        for part in line.dropFirst(Self.prefix.count).split(separator: ", ") {
            guard let space = part.firstIndex(of: " ") else { continue }
            addresses[part[..<space]] = String(part[part.index(after: space)...])
        }
        guard let framed = addresses["framed"] else { return nil }
        self.framed = framed
        admin = addresses["admin"].flatMap { $0 == "off" ? nil : $0 }
    }

    /// 0 for the path of a socket.
    static func port(of address: String) -> Int { Int(address.split(separator: ":").last ?? "") ?? 0 }
}
