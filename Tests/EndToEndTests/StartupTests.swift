import Testing

internal import Foundation
internal import NIOCore
internal import NIOPosix
internal import TestSupport

@Suite("Start", .timeLimit(.minutes(3)))
struct StartupTests {
    private static let configurationError: Int32 = 78
    private static let unavailable: Int32 = 69

    // MARK: Roles

    @Test(
        "A role that could pass row-level security is refused by name, with the way to mend it",
        arguments: WrongRole.allCases)
    func wrongRole(kind: WrongRole) async throws {
        try await kind.with { database, role in
            let url = ["AGENTD_DATABASE_URL": database.conninfo(user: role)]
            let exit = try await Daemon.refusedStart(database, settings: url)
            #expect(exit.code == Self.configurationError)
            #expect(exit.output.isEmpty)
            #expect(exit.log.contains("\(role): \(kind.finding)"))
            #expect(exit.log.contains(kind.remedy(role)))
        }
    }

    @Test("verify-isolation finds the same in such a role, in words and in JSON", arguments: WrongRole.allCases)
    func verifyWrongRole(kind: WrongRole) async throws {
        try await kind.with { database, role in
            let settings = Daemon.environment(database)
                .merging(["AGENTD_DATABASE_URL": database.conninfo(user: role)]) { $1 }
            let words = try await Program.run("agentd", ["verify-isolation"], environment: settings)
            #expect(words.code == 1)
            #expect(words.output.contains("FAILED") && words.output.contains(kind.remedy(role)), "\(words.output)")

            let json = try await Program.run("agentd", ["verify-isolation", "--json"], environment: settings)
            #expect(json.code == 1)
            let report = try JSONDecoder().decode(Report.self, from: Data(json.output.utf8))
            #expect(!report.isolated)
            #expect(
                report.checks.contains {
                    !$0.passed && $0.object == role && $0.finding.contains(kind.finding)
                        && $0.remedy.contains(kind.remedy(role))
                })
        }
    }

    @Test("verify-isolation passes on a database as agentd makes it")
    func verify() async throws {
        try await TestDatabase.with { database in
            let words = try await Program.run("agentd", ["verify-isolation"], environment: Daemon.environment(database))
            #expect(words.code == 0, "\(words.output)\(words.log)")
            #expect(!words.output.contains("FAILED"))

            let json = try await Program.run(
                "agentd", ["verify-isolation", "--json"], environment: Daemon.environment(database))
            #expect(json.code == 0)
            let report = try JSONDecoder().decode(Report.self, from: Data(json.output.utf8))
            #expect(report.isolated)
            #expect(report.checks.count > 30 && report.checks.allSatisfy(\.passed))
        }
    }

    private struct Report: Decodable {
        struct Check: Decodable {
            let check: String
            let object: String
            let passed: Bool
            let finding: String
            let remedy: String
        }

        let isolated: Bool
        let checks: [Check]
    }

    // MARK: Databases

    @Test("A database that is not migrated is refused with what to do")
    func notMigrated() async throws {
        try await TestDatabase.with(migrated: false) { database in
            let exit = try await Daemon.refusedStart(database)
            #expect(exit.code == Self.configurationError)
            #expect(exit.log.contains("agentd migrate"), "\(exit.log)")
        }
    }

    @Test("A schema that this agentd does not know is refused by serve and migrate alike, as a wrong configuration")
    func otherSchema() async throws {
        try await TestDatabase.with { database in
            try database.execute("UPDATE schema_migrations SET checksum = 'x' WHERE version = 3")
            let served = try await Daemon.refusedStart(database)
            let migrated = try await Program.run("agentd", ["migrate"], environment: Daemon.environment(database))
            for exit in [served, migrated] {
                #expect(exit.code == Self.configurationError)
                #expect(exit.log.contains("Migration 3 (management)"), "\(exit.log)")
            }
        }
    }

    @Test(
        "A database that waiting does not bring is refused as a wrong configuration",
        arguments: [
            "postgresql://agentd_app@127.0.0.1:port/agentd", "postgresql://127.0.0.1/agentd?canary=1",
            "host=127.0.0.1 port=5432 sslmode=never dbname=agentd",
        ])
    func unusableURL(url: String) async throws {
        let exit = try await Program.run("agentd", ["serve"], environment: Self.external(url))
        #expect(exit.code == Self.configurationError)
        #expect(exit.log.contains("AGENTD_DATABASE_URL") && !exit.log.contains("canary"), "\(exit.log)")
    }

    @Test("So is a role or a database that is not there", arguments: ["dbname=never_was", "user=never_was"])
    func nobody(words: String) async throws {
        try await TestDatabase.with { database in
            let url = ["AGENTD_DATABASE_URL": "\(database.application) \(words)"]
            let exit = try await Daemon.refusedStart(database, settings: url)
            #expect(exit.code == Self.configurationError)
            #expect(exit.log.contains("AGENTD_DATABASE_URL") && exit.log.contains("does not exist"), "\(exit.log)")
        }
    }

    private static func external(_ url: String) -> [String: String] {
        ["AGENTD_DATABASE_URL": url, "AGENTD_LISTEN": "127.0.0.1:0", "AGENTD_ADMIN_LISTEN": "off"]
    }

    @Test("migrate says what it did, and the second time that there is nothing to do")
    func migrateTwice() async throws {
        try await TestDatabase.with(migrated: false) { database in
            let owner = ["AGENTD_OWNER_DATABASE_URL": database.owner]
            let first = try await Program.run("agentd", ["migrate"], environment: owner)
            #expect(first.code == 0, "\(first.log)")
            #expect(first.output == "applied 0001_tables\napplied 0002_row_level_security\napplied 0003_management\n")
            let second = try await Program.run("agentd", ["migrate"], environment: owner)
            #expect(second.code == 0)
            #expect(second.output.contains("nothing to do"))
        }
    }

    @Test("Eight migrate at once on a cluster that has never seen agentd, on two databases, and none of them fails")
    func migrateAtOnce() async throws {
        try await TestCluster.with { cluster in
            try cluster.database.execute("CREATE DATABASE other")
            let owners = [cluster.database.owner, cluster.database.owner + " dbname=other"]
            let exits = try await withThrowingTaskGroup(of: Daemon.Exit.self) { group in
                for number in 0..<8 {
                    let owner = ["AGENTD_OWNER_DATABASE_URL": owners[number % 2]]
                    group.addTask { try await Program.run("agentd", ["migrate"], environment: owner) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(exits.allSatisfy { $0.code == 0 }, "\(exits.map(\.log))")
            #expect(exits.filter { $0.output.contains("applied") }.count == 2)
        }
    }

    @Test("migrate without an owner's connection says which setting it needs")
    func migrateWithoutOwner() async throws {
        try await TestDatabase.with(migrated: false) { database in
            let exit = try await Program.run(
                "agentd", ["migrate"], environment: ["AGENTD_DATABASE_URL": database.application])
            #expect(exit.code == Self.configurationError)
            #expect(exit.log.contains("AGENTD_OWNER_DATABASE_URL"))
        }
    }

    // MARK: Settings

    @Test("All wrong settings are named at once, without the secrets in them")
    func wrongSettings() async throws {
        let wrong = [
            "AGENTD_LISTEN": "nonsense", "AGENTD_DB_CONNECTIONS": "0", "AGENTD_LOG_LEVEL": "loud",
            "AGENTD_JWT_SECRET": "canary-too-short", "AGENTD_DEFAULT_DEADLINE": "soon",
            "DEFAULT_TENANT_SLUG": "No Slug",
        ]
        try await TestDatabase.with { database in
            let exit = try await Daemon.refusedStart(database, settings: wrong)
            #expect(exit.code == Self.configurationError)
            for name in wrong.keys { #expect(exit.log.contains("\(name) "), "\(name) is not in \(exit.log)") }
            #expect(!exit.log.contains("canary"))
        }
    }

    @Test("A variable that no setting has is named, with the one that was meant")
    func unknownVariable() async throws {
        try await TestDatabase.with { database in
            let exit = try await Daemon.refusedStart(database, settings: ["AGENTD_LISTENN": "127.0.0.1:0"])
            #expect(exit.code == Self.configurationError)
            #expect(
                exit.log.contains("AGENTD_LISTENN") && exit.log.contains("Did you mean AGENTD_LISTEN?"), "\(exit.log)")
        }
    }

    @Test("An address that stays taken ends the start with the setting's name, and with a code for trying again")
    func addressInUse() async throws {
        try await TestDatabase.with { database in
            try await Self.withListeningPort { port in
                let exit = try await Daemon.refusedStart(database, settings: ["AGENTD_LISTEN": "127.0.0.1:\(port)"])
                #expect(exit.code == Self.unavailable)
                #expect(exit.log.contains("AGENTD_LISTEN 127.0.0.1:\(port)"), "\(exit.log)")
            }
        }
    }

    @Test("An address that is let go of meanwhile is taken then")
    func addressFreed() async throws {
        try await TestDatabase.with { database in
            let former = try await Daemon.start(database)
            let settings = ["AGENTD_LISTEN": former.address, "AGENTD_ADMIN_LISTEN": try #require(former.adminAddress)]
            former.signal(SIGKILL)
            async let latter: Void = Daemon.with(database, settings: settings) { _ in }
            _ = await former.exitCode()
            try await latter
        }
    }

    @Test("config --effective shows what is in force and from where, but no secret")
    func effectiveConfiguration() async throws {
        try await TemporaryFolder.with { folder in
            let file = "\(folder)/owner"
            try Data("postgresql://owner:canary-three@db.example/agentd\n".utf8).write(to: URL(filePath: file))
            let exit = try await Program.run(
                "agentd", ["config", "--effective", "--log-level", "debug"],
                environment: [
                    "AGENTD_DATABASE_URL":
                        "postgresql://agentd_app:canary-one@db.example/agentd?sslpassword=canary-two",
                    "AGENTD_OWNER_DATABASE_URL_FILE": file,
                    "AGENTD_JWT_SECRET": "canary-four-0123456789-0123456789-0123456789",
                ])
            #expect(exit.code == 0, "\(exit.log)")
            #expect(!(exit.output + exit.log).contains("canary"))
            for shown in ["db.example", "agentd_platform", "AGENTD_JWT_SECRET", "flag --log-level"] {
                #expect(exit.output.contains(shown), "\(shown) is not in \(exit.output)")
            }
        }
    }

    @Test(
        "Every program says its name and a semantic version",
        arguments: [
            ("agentd", "version"), ("agentd", "--version"), ("agentctl", "--version"), ("agentload", "--version"),
        ])
    func version(program: String, argument: String) async throws {
        let exit = try await Program.run(program, [argument])
        #expect(exit.code == 0)
        let words = exit.output.split(separator: " ")
        #expect(words.count == 2 && words.first == Substring(program), "\(exit.output)")
        #expect(words.last?.wholeMatch(of: #/\d+\.\d+\.\d+\n/#) != nil, "\(exit.output)")
    }

    // MARK: Health

    @Test("health answers 0 when the daemon serves, and 3 for a service that it does not have")
    func healthOfDaemon() async throws {
        try await TestDatabase.with { database in
            try await Daemon.with(database) { daemon in
                let health = ["health", "--address", daemon.address]
                let serving = try await Program.run("agentd", health)
                #expect(serving.code == 0, "\(serving.log)")
                #expect(serving.output.contains("SERVING"))
                let service = try await Program.run("agentd", health + ["--service", "agentd.v1.AgentService"])
                #expect(service.code == 0, "\(service.log)")
                #expect(try await Program.run("agentd", health + ["--service", "unknown"]).code == 3)
            }
        }
    }

    @Test(
        "health answers 1 for a wrong command line",
        arguments: [["--address", "127.0.0.1:99999"], ["--rpc-timeout", "soon"], ["--bogus"], ["--service"], ["x"]])
    func healthUsage(arguments: [String]) async throws {
        let exit = try await Program.run("agentd", ["health"] + arguments)
        #expect(exit.code == 1)
        #expect(!exit.log.isEmpty)
    }

    @Test("health answers 2 where nobody listens, and where somebody listens who is no daemon")
    func healthOfNobody() async throws {
        var freed = 0
        try await Self.withListeningPort { port in
            let silent = try await Program.run("agentd", ["health", "--address", "127.0.0.1:\(port)"])
            #expect(silent.code == 2, "\(silent.log)")
            freed = port
        }
        let exit = try await Program.run("agentd", ["health", "--address", "127.0.0.1:\(freed)"])
        #expect(exit.code == 2, "\(exit.log)")
    }

    /// A port on which somebody listens who says nothing.
    private static func withListeningPort(_ body: (Int) async throws -> Void) async throws {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0).get()
        do {
            try await body(try #require(channel.localAddress?.port))
            try await channel.close()
        } catch {
            try? await channel.close()
            throw error
        }
    }
}
