package import Logging

/// A private PostgreSQL that belongs to this agentd: made at the first start, reached over a socket that only its own
/// account and root can open, started again when it ends by itself, and gone when agentd is.
package final class EmbeddedPostgres: Sendable {
    package struct Configuration: Sendable {
        package var dataFolder: String
        /// The folder of `initdb` and `postgres`; nil looks for it.
        package var binaries: String?
        /// Connections that agentd itself opens; some more are kept for commands and people.
        package var connections: Int

        package init(dataFolder: String, binaries: String?, connections: Int) {
            self.dataFolder = dataFolder
            self.binaries = binaries
            self.connections = connections
        }
    }

    /// How to connect, as each of the roles.
    package struct Addresses: Sendable, Equatable {
        package let owner: String
        package let application: String
        package let platform: String

        init(_ socket: SocketFolder) {
            func conninfo(_ user: String) -> String {
                "host=\(ConnectionString.quoted(socket.path)) port=\(SocketFolder.port) user=\(user) "
                    + "dbname=\(Cluster.database)"
            }
            owner = conninfo(Cluster.superuser)
            application = conninfo("agentd_app")
            platform = conninfo("agentd_platform")
        }
    }

    /// For `migrate`, `token create` and a person with `psql`.
    private static let spareConnections = 20

    package let addresses: Addresses
    private let lock: FolderLock
    private let data: DataFolder
    private let socket: SocketFolder
    private let supervisor: ServerSupervisor

    /// Whether a folder holds a database already.
    package static func hasDatabase(in dataFolder: String) -> Bool {
        (try? DataFolder(dataFolder, creating: false))?.dataVersion != nil
    }

    /// Takes the data folder; the server is not started yet.
    /// - Throws: `inUse` when another agentd has it.
    package init(_ configuration: Configuration, logger: Logger) throws(EmbeddedPostgresFailure) {
        data = try DataFolder(configuration.dataFolder, creating: true)
        lock = try FolderLock(data.lock, folder: data.path)
        let installation = try PostgresInstallation(given: configuration.binaries, version: data.dataVersion)
        let account = try ServerAccount(dataOwner: data.dataOwner)
        socket = try SocketFolder.make(in: data, for: account)
        addresses = Addresses(socket)
        let cluster = Cluster(
            data: data, installation: installation, account: account, socket: socket, name: try data.clusterName(),
            maximumConnections: configuration.connections + Self.spareConnections)
        supervisor = ServerSupervisor(cluster, logger: logger)
    }

    /// Starts the server, after ending one that an agentd which was killed has left; returns when it accepts
    /// connections. From then on it is started again whenever it ends. To be called once.
    package func start() async throws(EmbeddedPostgresFailure) { try await supervisor.start() }

    /// Ends the server within 15 seconds, and gives the data folder back. For once and for all.
    package func stop() async {
        await supervisor.stop()
        socket.remove(from: data)
        lock.release()
    }

    /// How to reach the database that another agentd runs in this folder, as soon as it is ready.
    /// - Throws: When it does not get ready within half a minute.
    package static func ofOther(in dataFolder: String) async throws(EmbeddedPostgresFailure) -> Addresses {
        let data = try DataFolder(dataFolder, creating: false)
        for _ in 0..<readyAttempts {
            if data.readyServer != nil, let socket = SocketFolder.existing(in: data) { return Addresses(socket) }
            do {
                try await Task.sleep(for: .milliseconds(attemptMilliseconds))
            } catch {
                break
            }
        }
        throw EmbeddedPostgresFailure(
            .unavailable,
            "The agentd that uses \(data.path) has no database that is ready. See its log, and \(data.log).")
    }

    private static let readyAttempts = 300
    private static let attemptMilliseconds = 100
}
