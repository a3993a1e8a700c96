internal import Foundation
internal import Glibc
internal import Logging
internal import TestSupport
import Testing

@testable internal import Operations

/// A data folder for one test, in which embedded databases are started.
struct TestCluster {
    let data: DataFolder

    static func with<R>(name: String = "data", _ body: (TestCluster) async throws -> R) async throws -> R {
        var template = Array("/tmp/agentd-test-\(String(repeating: "X", count: 6))".utf8CString)
        let folder = try #require(mkdtemp(&template).map { String(cString: $0) })
        // The account of the server must be able to pass through.
        chmod(folder, 0o711)
        let cluster = TestCluster(data: try DataFolder("\(folder)/\(name)", creating: true))
        do {
            let result = try await body(cluster)
            try FileManager.default.removeItem(atPath: folder)
            return result
        } catch {
            try? cluster.processes.end { _ in usleep(50_000) == 0 }
            try? FileManager.default.removeItem(atPath: folder)
            throw error
        }
    }

    func make() throws(EmbeddedPostgresFailure) -> EmbeddedPostgres {
        try EmbeddedPostgres(
            .init(dataFolder: data.path, binaries: TestEnvironment.postgresBinaries, connections: 5),
            logger: Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() })
    }

    func start() async throws -> EmbeddedPostgres {
        let server = try make()
        try await server.start()
        return server
    }

    var processes: ServerProcesses {
        get throws { ServerProcesses(clusterName: try data.clusterName()) }
    }

    private var account: ServerAccount {
        get throws { try ServerAccount(dataOwner: data.dataOwner) }
    }

    /// Runs a program as the account of the server.
    func run(_ command: [String]) throws -> ChildProcess {
        let null = open("/dev/null", O_WRONLY | O_CLOEXEC)
        defer { close(null) }
        return try ChildProcess(account.command(command, endingWith: "clear"), output: null)
    }

    /// Starts a server that nobody looks after.
    func leaveServer() throws -> ChildProcess {
        let account = try account
        let cluster = Cluster(
            data: data, installation: try PostgresInstallation(given: TestEnvironment.postgresBinaries, version: nil),
            account: account, socket: try SocketFolder.make(in: data, for: account), name: try data.clusterName(),
            maximumConnections: 20)
        return try run(cluster.serverCommand)
    }

    // MARK: Asking it

    func execute(_ sql: String) throws { _ = try query(sql) }

    /// The first value of the first row.
    func query(_ sql: String) throws -> String {
        let socket = try #require(SocketFolder.existing(in: data))
        let psql = Process()
        psql.executableURL = URL(fileURLWithPath: TestEnvironment.postgresBinaries + "/psql")
        psql.arguments = [EmbeddedPostgres.Addresses(socket).owner, "-XAtqv", "ON_ERROR_STOP=1", "-c", sql]
        let output = Pipe()
        psql.standardOutput = output
        try psql.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        psql.waitUntilExit()
        try #require(psql.terminationStatus == 0)
        return text.trimmingCharacters(in: .newlines)
    }
}
