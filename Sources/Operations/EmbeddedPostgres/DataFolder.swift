internal import Foundation
internal import Glibc

/// Everything of the embedded database on disk, and nothing else:
///
///     lock           held by the agentd that uses the folder
///     cluster-name   by which the processes of this database are recognised
///     postgres/      the data of PostgreSQL
///     postgres.new/  the same while it is being made
///     postgres.log   what PostgreSQL says
///     socket         a folder with the socket, or a link to one where this path is too long for a socket
struct DataFolder: Sendable {
    /// Absolute, without symbolic links.
    let path: String

    var lock: String { path + "/lock" }
    var clusterNameFile: String { path + "/cluster-name" }
    var cluster: String { path + "/postgres" }
    var unfinishedCluster: String { path + "/postgres.new" }
    var processFile: String { cluster + "/postmaster.pid" }
    var log: String { path + "/postgres.log" }
    var socket: String { path + "/socket" }

    /// - Parameter creating: Makes the folder when it is missing. For root others may pass through it, because the
    ///   database runs as another user; what is in it is closed to them.
    init(_ given: String, creating: Bool) throws(EmbeddedPostgresFailure) {
        if creating, !FileManager.default.fileExists(atPath: given) {
            do {
                try FileManager.default.createDirectory(
                    atPath: given, withIntermediateDirectories: true,
                    attributes: [.posixPermissions: geteuid() == 0 ? 0o711 : 0o700])
            } catch {
                throw EmbeddedPostgresFailure(
                    .configuration,
                    "The data folder \(given) cannot be made: \(SystemError.reason(error)). "
                        + "Choose another one with AGENTD_DATA_DIR.")
            }
        }
        guard let resolved = realpath(given, nil) else { throw .system("Using the data folder \(given)", errno) }
        defer { free(resolved) }
        path = String(cString: resolved)
        guard access(path, R_OK | W_OK | X_OK) == 0 else {
            throw EmbeddedPostgresFailure(
                .configuration,
                "The data folder \(path) is closed to this user. Run agentd as the user that the folder belongs to, "
                    + "or choose another one with AGENTD_DATA_DIR.")
        }
    }

    /// Whom the data belong to; nil when there are none yet.
    var dataOwner: (userID: uid_t, groupID: gid_t)? {
        var status = stat()
        return stat(cluster, &status) == 0 ? (status.st_uid, status.st_gid) : nil
    }

    /// The major version of PostgreSQL that the data belong to; nil when there are none yet.
    var dataVersion: String? {
        (try? String(contentsOfFile: cluster + "/PG_VERSION", encoding: .utf8))
            .map { String($0.prefix { !$0.isNewline }) }
    }

    /// The name by which this database's processes are recognised, made at the first start.
    func clusterName() throws(EmbeddedPostgresFailure) -> String {
        if let name = try? String(contentsOfFile: clusterNameFile, encoding: .utf8), name.hasPrefix("agentd-") {
            return name
        }
        let name = "agentd-" + String(UInt64.random(in: .min ... .max), radix: 16)
        do {
            try name.write(toFile: clusterNameFile, atomically: true, encoding: .utf8)
        } catch {
            throw EmbeddedPostgresFailure(
                .configuration, "\(clusterNameFile) cannot be written: \(SystemError.reason(error))")
        }
        return name
    }

    /// The process of the server that says in its process file that it accepts connections.
    var readyServer: pid_t? {
        // Line 1 is the process and line 8 its state: `AddToDataDirLockFile` in PostgreSQL's miscinit.c.
        guard let text = try? String(contentsOfFile: processFile, encoding: .utf8) else { return nil }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count >= 8, lines[7].split(separator: " ").first == "ready" else { return nil }
        return pid_t(lines[0])
    }
}
