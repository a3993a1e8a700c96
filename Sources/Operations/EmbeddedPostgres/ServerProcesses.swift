internal import Foundation
internal import Glibc

/// The running processes of one embedded database, found by its name, which stands in the command line of the server
/// and in the title of each of its children. Before a server starts there must be none: two on the same data destroy
/// them.
struct ServerProcesses: Sendable {
    /// A server that is told to end writes its memory to disk first.
    private static let endMilliseconds = 30_000
    /// Children whose server was killed notice it and end; those that do not are told, and then made to.
    private static let noticeMilliseconds = 2_000
    private static let quitMilliseconds = 5_000
    private static let killMilliseconds = 5_000
    private static let pollMilliseconds = 50

    let clusterName: String

    struct Found: Sendable, Equatable {
        let processID: pid_t
        let isServer: Bool
    }

    func find() -> [Found] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { pid_t($0) }.compactMap { processID in
            guard let data = FileManager.default.contents(atPath: "/proc/\(processID)/cmdline") else { return nil }
            let words = data.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
            guard let title = words.first else { return nil }
            if title.hasPrefix("postgres: \(clusterName): ") { return Found(processID: processID, isServer: false) }
            guard words.contains("cluster_name=\(clusterName)") else { return nil }
            return Found(processID: processID, isServer: true)
        }
    }

    /// Ends them all, gently first.
    /// - Parameter pause: Sleeps for so many milliseconds; answers false when nobody waits for this any longer.
    func end(pause: (Int) -> Bool) throws(EmbeddedPostgresFailure) {
        let found = find()
        guard !found.isEmpty else { return }
        let servers = found.filter(\.isServer)
        servers.forEach { kill($0.processID, SIGINT) }
        if noneIsLeft(within: servers.isEmpty ? Self.noticeMilliseconds : Self.endMilliseconds, pause) { return }
        find().forEach { kill($0.processID, SIGQUIT) }
        if noneIsLeft(within: Self.quitMilliseconds, pause) { return }
        find().forEach { kill($0.processID, SIGKILL) }
        if noneIsLeft(within: Self.killMilliseconds, pause) { return }
        let rest = find().map { String($0.processID) }
        guard !rest.isEmpty else { return }
        throw EmbeddedPostgresFailure(
            .unavailable,
            "A PostgreSQL that an earlier agentd left running does not end (processes "
                + "\(rest.joined(separator: ", "))). End it and start agentd again.")
    }

    private func noneIsLeft(within milliseconds: Int, _ pause: (Int) -> Bool) -> Bool {
        for _ in 0..<(milliseconds / Self.pollMilliseconds) {
            if find().isEmpty { return true }
            guard pause(Self.pollMilliseconds) else { return find().isEmpty }
        }
        return find().isEmpty
    }
}
