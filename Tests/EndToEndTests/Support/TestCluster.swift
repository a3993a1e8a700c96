internal import Foundation
internal import Glibc
internal import Postgres
internal import Synchronization
internal import TestSupport

/// A PostgreSQL of its own, for a test that stops it, starts it again or holds a part of it up. It listens on a socket
/// in its folder alone.
final class TestCluster: Sendable {
    /// How `pg_ctl stop` names them.
    enum Shutdown: CaseIterable {
        /// Ends every connection.
        case fast
        /// Ends without writing anything any more; the next start recovers.
        case immediate

        fileprivate var signal: Int32 {
            switch self {
            case .fast: SIGINT
            case .immediate: SIGQUIT
            }
        }
    }

    /// PostgreSQL refuses to run as root: then it runs as the user that Debian's package made.
    private static let accountName = "postgres"

    private let folder: String
    private let server = Mutex<Program?>(nil)

    private init(folder: String) { self.folder = folder }

    /// Its database, migrated only if `agentd migrate` was run on it.
    var database: TestDatabase { TestDatabase(name: "postgres", on: "host=\(folder) user=postgres") }

    /// Makes a cluster and starts it; afterwards it is stopped and removed.
    static func with<R>(_ body: (TestCluster) async throws -> R) async throws -> R {
        try await TemporaryFolder.with { folder in
            let cluster = TestCluster(folder: folder)
            try await cluster.make()
            try await cluster.start()
            do {
                let result = try await body(cluster)
                await cluster.stop(.immediate)
                return result
            } catch {
                await cluster.stop(.immediate)
                throw error
            }
        }
    }

    /// Returns when it accepts connections.
    func start() async throws {
        let program = try start(
            [
                "postgres", "-D", "\(folder)/data", "-c", "listen_addresses=", "-c",
                "unix_socket_directories=\(folder)",
                "-c", "fsync=off", "-c", "max_connections=50",
            ], endingWith: "QUIT")
        server.withLock { $0 = program }
        try await waitUntil {
            guard program.exitCode == nil else { throw Self.failure("start", program) }
            return acceptsConnections
        }
    }

    func stop(_ shutdown: Shutdown) async {
        guard let program = server.withLock({ $0 }) else { return }
        program.signal(shutdown.signal)
        _ = await program.waitForExit()
        server.withLock { $0 = nil }
    }

    private var acceptsConnections: Bool {
        do {
            _ = try ScriptConnection(conninfo: database.owner, applicationName: "tests")
            return true
        } catch {
            return false
        }
    }

    private func make() async throws {
        if geteuid() == 0, let account = getpwnam(Self.accountName) {
            chown(folder, account.pointee.pw_uid, account.pointee.pw_gid)
        }
        let program = try start(
            [
                "initdb", "--pgdata=\(folder)/data", "--username=postgres", "--auth=trust", "--encoding=UTF8",
                "--locale=C.UTF-8", "--no-sync",
            ], endingWith: "KILL")
        guard await program.waitForExit() == 0 else { throw Self.failure("make", program) }
    }

    private static func failure(_ action: String, _ program: Program) -> Daemon.Failure {
        Daemon.Failure(
            description: "PostgreSQL could not \(action) a cluster:\n\(program.standardOutput)\(program.standardError)")
    }

    /// Starts a program of PostgreSQL that ends when the tests do, however that happens.
    private func start(_ command: [String], endingWith signal: String) throws -> Program {
        let account =
            geteuid() == 0
            ? ["--reuid=\(Self.accountName)", "--regid=\(Self.accountName)", "--init-groups"] : []
        let arguments =
            ["--chdir=/", "setpriv", "--pdeathsig", signal] + account
            + ["\(TestEnvironment.postgresBinaries)/\(command[0])"] + command.dropFirst()
        return try Program.start("/usr/bin/env", arguments)
    }
}
