internal import Foundation
internal import Glibc

/// One database cluster: how it is made, how its server is started, and how one sees that it is ready.
struct Cluster: Sendable {
    /// The superuser that `initdb` makes, and its database, which agentd uses.
    static let superuser = "postgres"
    static let database = "postgres"

    /// The log begins anew when it is longer than this at a start.
    private static let maximumLogBytes = 16 << 20

    let data: DataFolder
    let installation: PostgresInstallation
    let account: ServerAccount
    let socket: SocketFolder
    let name: String
    let maximumConnections: Int

    // MARK: Making it

    var exists: Bool { FileManager.default.fileExists(atPath: data.cluster + "/PG_VERSION") }

    /// Runs `initdb`. Until it has succeeded the data are under another name, so that half of a database is never used.
    /// Blocks its thread, which must not end before.
    func make() throws(EmbeddedPostgresFailure) {
        do {
            try? FileManager.default.removeItem(atPath: data.unfinishedCluster)
            try FileManager.default.createDirectory(
                atPath: data.unfinishedCluster, withIntermediateDirectories: false,
                attributes: [.posixPermissions: 0o700])
        } catch {
            throw EmbeddedPostgresFailure(
                .configuration, "\(data.unfinishedCluster) cannot be made: \(SystemError.reason(error))")
        }
        try account.own(data.unfinishedCluster)
        let end = try run([
            installation.initdb, "--pgdata=\(data.unfinishedCluster)", "--username=\(Self.superuser)",
            "--auth-local=trust", "--auth-host=reject", "--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums",
            "--no-instructions",
        ])
        guard end.isSuccess else { throw explained("initdb could not make a database (\(end))") }
        guard rename(data.unfinishedCluster, data.cluster) == 0 else { throw .system("Making \(data.cluster)", errno) }
        Self.synchronise(data.path)
    }

    /// The account of PostgreSQL must be able to pass through every folder above its data.
    func checkWay() throws(EmbeddedPostgresFailure) {
        guard account.isOther, try !run(["test", "-x", data.path]).isSuccess else { return }
        throw EmbeddedPostgresFailure(
            .configuration,
            "PostgreSQL runs as \(account.name), who cannot enter \(data.path). Let others pass (chmod o+x) through "
                + "each folder of that path, which `namei -l \(data.path)` shows, or choose another AGENTD_DATA_DIR.")
    }

    private func run(_ command: [String]) throws(EmbeddedPostgresFailure) -> ChildProcess.End {
        let log = try openLog()
        defer { close(log) }
        let child = try ChildProcess(account.command(command, endingWith: "KILL"), output: log)
        child.waitForEnd()
        return child.reap()
    }

    /// Makes a rename last through a power failure.
    private static func synchronise(_ folder: String) {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    // MARK: Running it

    /// Starts the server. It ends, as if it were told to, when the thread that calls this ends.
    func start() throws(EmbeddedPostgresFailure) -> ChildProcess {
        let log = try openLog()
        defer { close(log) }
        return try ChildProcess(account.command(serverCommand, endingWith: "INT"), output: log)
    }

    var serverCommand: [String] {
        let socketFolder = "\"" + socket.path.replacing("\"", with: "\"\"") + "\""
        let settings = [
            ("cluster_name", name),
            // Nobody but those who can open the folder of the socket gets in.
            ("listen_addresses", ""), ("port", String(SocketFolder.port)), ("unix_socket_directories", socketFolder),
            ("unix_socket_permissions", "0700"), ("max_connections", String(maximumConnections)),
            // For a small machine that agentd shares; short statements gain nothing from compilation.
            ("shared_buffers", "128MB"), ("max_wal_size", "512MB"), ("jit", "off"),
            // What goes wrong with a statement is told to its caller; the log is about the server.
            ("log_min_messages", "log"), ("log_checkpoints", "off"), ("logging_collector", "off"),
            ("log_destination", "stderr"), ("lc_messages", "C"),
        ]
        return [installation.postgres, "-D", data.cluster] + settings.flatMap { ["-c", "\($0)=\($1)"] }
    }

    func isReady(_ process: ChildProcess) -> Bool { data.readyServer == process.processID }

    /// Removes what a server left that was killed. Only when none of its processes is left.
    func removeLeftovers() {
        unlink(data.processFile)
        socket.removeLeftovers()
    }

    // MARK: Its log

    private func openLog() throws(EmbeddedPostgresFailure) -> Int32 {
        var status = stat()
        if stat(data.log, &status) == 0, status.st_size > Self.maximumLogBytes { rename(data.log, data.log + ".1") }
        let descriptor = open(data.log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .system("Opening \(data.log)", errno) }
        return descriptor
    }

    /// A failure with the last that PostgreSQL said.
    func explained(_ problem: String) -> EmbeddedPostgresFailure {
        let text = (FileManager.default.contents(atPath: data.log) ?? Data()).suffix(4_096)
        let lines = String(decoding: text, as: UTF8.self).split(separator: "\n").suffix(6).joined(separator: "\n    ")
        return EmbeddedPostgresFailure(.unavailable, "\(problem). The end of its log, \(data.log):\n    \(lines)")
    }
}
