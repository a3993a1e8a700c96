import Testing

internal import AgentdCore
internal import Foundation
internal import Glibc
internal import Messages
internal import TestSupport

/// A daemon that listens on a unix-domain socket instead of a port.
@Suite("Unix-domain sockets", .sharedWorld(), .timeLimit(.minutes(2)))
struct UnixSocketTests {
    private static let configurationError: Int32 = 78
    private static let unavailable: Int32 = 69

    @Test("Calls over both doors", arguments: Door.allCases)
    func doors(door: Door) async throws {
        try await Self.with { world, path, daemon in
            #expect(daemon.address == "unix:\(path)")
            try await door.open(.socket(path), token: world.bob.key).use { connection in
                let bob = Caller(connection)
                let agent = try await bob.createAgent("nearby")
                let read = try await bob.getAgent(agent.id)
                #expect(read.name == "nearby")
            }
        }
    }

    @Test("agentctl and `agentd health` take the address of the socket, the latter also from AGENTD_LISTEN")
    func programs() async throws {
        try await Self.with { world, path, daemon in
            let who = try await world.agentctl(as: world.bob, "whoami", "--address", "unix:\(path)")
            #expect(who.success().contains("bob@acme.example"))
            let health = try await Program.run(
                "agentd", ["health", "--connect-timeout", "30s"], environment: ["AGENTD_LISTEN": "unix:\(path)"])
            #expect(health.success() == "status: SERVING\n")
            try await world.agentctl(as: world.bob, "whoami", "--address", "unix:\(path)x")
                .expectFailure(69, "unix:\(path)x", "no such file or directory")
        }
    }

    @Test("Encrypted, with the name localhost")
    func encrypted() async throws {
        try await Keys.with { keys in
            let path = "\(keys.folder)/s"
            let world = try World.shared
            let settings = keys.settings().merging(["AGENTD_LISTEN": "unix:\(path)"]) { $1 }
            try await Daemon.with(world.database, settings: settings) { daemon in
                let who = try await world.agentctl(
                    as: world.bob, "whoami", environment: keys.trust.merging(["AGENTD_ADDRESS": daemon.address]) { $1 })
                #expect(who.success().contains("bob@acme.example"))
            }
        }
    }

    @Test(
        "The permissions of the file are those of the setting, and the file goes with the daemon",
        arguments: [(nil, 0o660), ("0600", 0o600), ("666", 0o666)] as [(String?, mode_t)])
    func permissions(setting: String?, mode: mode_t) async throws {
        try await TemporaryFolder.with { folder in
            var settings = ["AGENTD_LISTEN": "unix:\(folder)/s"]
            settings["AGENTD_SOCKET_MODE"] = setting
            try await Daemon.with(try World.shared.database, settings: settings) { _ in
                let kind = Self.kind("\(folder)/s")
                #expect(kind == S_IFSOCK | mode)
            }
            let left = try FileManager.default.contentsOfDirectory(atPath: folder)
            #expect(left.isEmpty)
        }
    }

    @Test("A socket that a killed daemon left is replaced")
    func stale() async throws {
        try await TemporaryFolder.with { folder in
            let (world, path) = (try World.shared, "\(folder)/s")
            let settings = ["AGENTD_LISTEN": "unix:\(path)"]
            let killed = try await Daemon.start(world.database, settings: settings)
            killed.signal(SIGKILL)
            _ = await killed.exitCode()
            #expect(Self.kind(path) != nil)
            try await Daemon.with(world.database, settings: settings) { _ in try await Self.expectService(world, path) }
            #expect(Self.kind(path) == nil)
        }
    }

    @Test("A socket that somebody listens on is refused, and goes on serving")
    func live() async throws {
        try await Self.with { world, path, _ in
            let exit = try await Daemon.refusedStart(world.database, settings: ["AGENTD_LISTEN": "unix:\(path)"])
            #expect(exit.code == Self.unavailable)
            #expect(exit.log.contains("unix:\(path): another process listens there"), "\(exit.log)")
            try await Self.expectService(world, path)
        }
    }

    /// What may be where the socket should be.
    enum Obstacle: CaseIterable {
        case file, folder, linkToFile, linkToSocket, noFolder
    }

    @Test("Whatever else has the name of the socket is refused and not touched", arguments: Obstacle.allCases)
    func obstacle(_ obstacle: Obstacle) async throws {
        try await Self.with { world, other, _ in
            try await TemporaryFolder.with { folder in
                let path = obstacle == .noFolder ? "\(folder)/missing/s" : "\(folder)/s"
                switch obstacle {
                case .file: try Data("precious".utf8).write(to: URL(filePath: path))
                case .folder: try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
                case .linkToFile: symlink("/etc/hostname", path)
                case .linkToSocket: symlink(other, path)
                case .noFolder: break
                }
                let before = Self.kind(path)
                let exit = try await Daemon.refusedStart(
                    world.database, settings: ["AGENTD_LISTEN": "unix:\(path)"])
                #expect(exit.code == Self.configurationError)
                let reason =
                    obstacle == .noFolder
                    ? "the folder \(folder)/missing cannot be opened: no such file or directory"
                    : "there is a file of this name that is no socket"
                #expect(exit.log.contains("unix:\(path): \(reason)"), "\(exit.log)")
                #expect(Self.kind(path) == before)
            }
            try await Self.expectService(world, other)
        }
    }

    @Test("Of several daemons that find the same stale socket one serves, and the others are refused")
    func race() async throws {
        try await TemporaryFolder.with { folder in
            let (world, path) = (try World.shared, "\(folder)/s")
            let settings = ["AGENTD_LISTEN": "unix:\(path)"]
            let killed = try await Daemon.start(world.database, settings: settings)
            killed.signal(SIGKILL)
            _ = await killed.exitCode()
            let started = await withTaskGroup { group in
                for _ in 0..<3 {
                    group.addTask { try? await Daemon.start(world.database, settings: settings) }
                }
                return await group.reduce(into: [Daemon]()) { started, daemon in
                    if let daemon { started.append(daemon) }
                }
            }
            #expect(started.count == 1)
            try await Self.expectService(world, path)
            for daemon in started { await daemon.stop() }
        }
    }

    // MARK: What the tests do

    private static func with(_ body: (World, String, Daemon) async throws -> Void) async throws {
        try await TemporaryFolder.with { folder in
            let (world, path) = (try World.shared, "\(folder)/s")
            try await Daemon.with(world.database, settings: ["AGENTD_LISTEN": "unix:\(path)"]) {
                try await body(world, path, $0)
            }
        }
    }

    private static func expectService(_ world: World, _ path: String) async throws {
        try await RawConnection.open(.socket(path), token: world.bob.key).use { connection in
            _ = try await Caller(connection).createAgent("served")
        }
    }

    /// Kind and permissions of a file, of the link itself if it is one; nil when there is none.
    private static func kind(_ path: String) -> mode_t? {
        var status = stat()
        return lstat(path, &status) == 0 ? status.st_mode : nil
    }
}
