internal import Foundation
internal import Logging
internal import TestSupport
import Testing

@testable internal import Operations

@Suite("The embedded PostgreSQL", .serialized, .timeLimit(.minutes(3)))
struct EmbeddedPostgresTests {
    @Test("It makes its database, and listens on a socket that is closed to others and nowhere else")
    func firstStart() async throws {
        try await TestCluster.with { cluster in
            let server = try await cluster.start()
            #expect(try cluster.query("SHOW listen_addresses") == "")
            #expect(try cluster.query("SHOW fsync") == "on")
            let socket = try #require(SocketFolder.existing(in: cluster.data))
            let attributes = try FileManager.default.attributesOfItem(atPath: socket.path)
            #expect(attributes[.posixPermissions] as? Int == 0o700)
            await server.stop()
            #expect(try cluster.processes.find().isEmpty)
        }
    }

    @Test("What was written is there after a restart")
    func restart() async throws {
        try await TestCluster.with { cluster in
            let first = try await cluster.start()
            try cluster.execute("CREATE TABLE kept AS SELECT 42 AS answer")
            await first.stop()
            let second = try await cluster.start()
            #expect(try cluster.query("SELECT answer FROM kept") == "42")
            await second.stop()
        }
    }

    @Test("A second one on the same folder is refused, and finds the first")
    func secondDaemon() async throws {
        try await TestCluster.with { cluster in
            let first = try await cluster.start()
            let failure = try #require(throws: EmbeddedPostgresFailure.self) { try cluster.make() }
            #expect(failure.kind == .inUse)
            #expect(failure.description.contains("process \(ProcessInfo.processInfo.processIdentifier)"))
            #expect(failure.description.contains("AGENTD_DATA_DIR"))
            #expect(try await EmbeddedPostgres.ofOther(in: cluster.data.path) == first.addresses)
            await first.stop()
        }
    }

    @Test("When the server is killed it is started again, and nothing that was committed is lost")
    func killedServer() async throws {
        try await TestCluster.with { cluster in
            let server = try await cluster.start()
            try cluster.execute("CREATE TABLE kept AS SELECT 42 AS answer")
            let killed = try #require(cluster.data.readyServer)
            kill(killed, SIGKILL)
            try await waitUntil { cluster.data.readyServer.map { $0 != killed } ?? false }
            #expect(try cluster.query("SELECT answer FROM kept") == "42")
            await server.stop()
        }
    }

    @Test("A server that an agentd which was killed left running is ended before another one starts")
    func leftServer() async throws {
        try await TestCluster.with { cluster in
            let first = try await cluster.start()
            try cluster.execute("CREATE TABLE kept AS SELECT 42 AS answer")
            await first.stop()
            let left = try cluster.leaveServer()
            try await waitUntil { cluster.data.readyServer == left.processID }
            let second = try await cluster.start()
            #expect(left.hasEnded)
            #expect(try cluster.query("SELECT answer FROM kept") == "42")
            await second.stop()
            _ = left.reap()
        }
    }

    @Test("A process file that names a process of somebody else does not keep it from starting")
    func staleProcessFile() async throws {
        try await TestCluster.with { cluster in
            let first = try await cluster.start()
            let text = try String(contentsOfFile: cluster.data.processFile, encoding: .utf8)
            await first.stop()
            // The kernel gave the number of the server that was killed to another program of the same account.
            let stranger = try cluster.run(["sleep", "600"])
            defer {
                kill(stranger.processID, SIGKILL)
                _ = stranger.reap()
            }
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropFirst()
            let stale = (["\(stranger.processID)"] + lines.map(String.init)).joined(separator: "\n")
            try stale.write(toFile: cluster.data.processFile, atomically: false, encoding: .utf8)
            let second = try await cluster.start()
            #expect(!stranger.hasEnded)
            await second.stop()
        }
    }

    @Test("Half of a database, left by a first start that was cut off, is made anew")
    func unfinishedCluster() async throws {
        try await TestCluster.with { cluster in
            try FileManager.default.createDirectory(
                atPath: cluster.data.unfinishedCluster + "/base", withIntermediateDirectories: true)
            let server = try await cluster.start()
            #expect(!FileManager.default.fileExists(atPath: cluster.data.unfinishedCluster))
            await server.stop()
        }
    }

    @Test("A path that is too long for a socket gets a short one, which is gone afterwards")
    func longPath() async throws {
        try await TestCluster.with(name: String(repeating: "long", count: 25)) { cluster in
            let server = try await cluster.start()
            let socket = try #require(SocketFolder.existing(in: cluster.data))
            #expect(!socket.path.hasPrefix(cluster.data.path))
            #expect(try cluster.query("SELECT 1") == "1")
            await server.stop()
            #expect(!FileManager.default.fileExists(atPath: socket.path))
        }
    }

    @Test("Cancelling a start ends it")
    func cancelledStart() async throws {
        try await TestCluster.with { cluster in
            let server = try cluster.make()
            let starting = Task { try await server.start() }
            try await waitUntil { FileManager.default.fileExists(atPath: cluster.data.log) }
            starting.cancel()
            let failure = await #expect(throws: EmbeddedPostgresFailure.self) { try await starting.value }
            #expect(failure?.kind == .unavailable)
            await server.stop()
            #expect(try cluster.processes.find().isEmpty)
        }
    }

    @Test("A server that cannot start says why")
    func failingStart() async throws {
        try await TestCluster.with { cluster in
            let first = try await cluster.start()
            await first.stop()
            try "nonsense".write(
                toFile: cluster.data.cluster + "/postgresql.conf", atomically: false, encoding: .utf8)
            let server = try cluster.make()
            let failure = await #expect(throws: EmbeddedPostgresFailure.self) { try await server.start() }
            #expect(failure?.kind == .unavailable)
            #expect(failure?.description.contains("postgresql.conf") == true)
            await server.stop()
        }
    }
}
