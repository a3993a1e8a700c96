internal import Foundation
internal import Synchronization

/// The data folder of an embedded database, seen from outside.
final class EmbeddedFolder: Sendable {
    let path: String
    private let daemons = Mutex<[Daemon]>([])

    init(path: String) { self.path = path }

    /// Of a daemon that has nothing but this folder.
    var settings: [String: String] {
        ["AGENTD_DATA_DIR": path, "AGENTD_LISTEN": "127.0.0.1:0", "AGENTD_ADMIN_LISTEN": "127.0.0.1:0"]
    }

    func start() async throws -> Daemon {
        let daemon = try await Daemon.start(settings: settings)
        daemons.withLock { $0.append(daemon) }
        return daemon
    }

    /// The server, as its process file says.
    var postmaster: pid_t? {
        guard let text = try? String(contentsOfFile: "\(path)/postgres/postmaster.pid", encoding: .utf8) else {
            return nil
        }
        return text.split(separator: "\n").first.flatMap { pid_t($0) }
    }

    /// Processes whose command line or title speaks of this folder, or of the name of its database.
    var processes: [pid_t] {
        let name = (try? String(contentsOfFile: "\(path)/cluster-name", encoding: .utf8)) ?? path
        let numbers = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return numbers.compactMap { pid_t($0) }.filter { number in
            let words = FileManager.default.contents(atPath: "/proc/\(number)/cmdline") ?? Data()
            let line = String(decoding: words, as: UTF8.self)
            return line.contains("postgres") && (line.contains(path) || line.contains(name))
        }
    }

    /// For a test that failed: nothing of it stays.
    func killEverything() {
        for daemon in daemons.withLock({ $0 }) { daemon.signal(SIGKILL) }
        for process in processes { kill(process, SIGKILL) }
    }
}
