import Testing

internal import Foundation
internal import TestSupport

/// `ENABLE_ROW_LEVEL_SECURITY`, in both states on databases of all states.
@Suite("Switch of row-level security", .timeLimit(.minutes(4)))
struct RowLevelSecuritySwitchTests {
    private static let configurationError: Int32 = 78
    /// Tenant tables, at least.
    private static let tables = 10

    @Test("A database that agrees with the setting is served; with it off a warning says so", arguments: [true, false])
    func agreement(isOn: Bool) async throws {
        try await (isOn ? SecurityState.on : .off).withDatabase { database in
            try await Daemon.with(database, settings: SecurityState.setting(isOn)) { daemon in
                let health = try await Program.run("agentd", ["health", "--address", daemon.address])
                #expect(health.code == 0)
                let warnings = daemon.log.split(separator: "\n").filter {
                    $0.contains("ENABLE_ROW_LEVEL_SECURITY is false, so one layer of the isolation of tenants is off")
                }
                #expect(warnings.count == (isOn ? 0 : 1), "\(daemon.log)")
                #expect(warnings.allSatisfy { $0.lowercased().contains("warning") }, "\(warnings)")
            }
        }
    }

    /// What a refusal says of a database that is wholly, or in part, not what the setting says.
    private static let disagreements: [(isOn: Bool, state: SecurityState, words: [String])] = [
        (
            true, .off,
            [
                "ENABLE_ROW_LEVEL_SECURITY is true, but", "not enabled and forced on any tenant table",
                "`agentd migrate` with ENABLE_ROW_LEVEL_SECURITY=true, or set ENABLE_ROW_LEVEL_SECURITY=false",
            ]
        ),
        (
            true, .mixed,
            [
                "ENABLE_ROW_LEVEL_SECURITY is true, but", "not enabled and forced on agents.",
                "`agentd migrate` with ENABLE_ROW_LEVEL_SECURITY=true.",
            ]
        ),
        (
            false, .on,
            [
                "ENABLE_ROW_LEVEL_SECURITY is false, but", "not off on any tenant table",
                "`agentd migrate` with ENABLE_ROW_LEVEL_SECURITY=false, or set ENABLE_ROW_LEVEL_SECURITY=true",
            ]
        ),
        (
            false, .mixed,
            [
                "ENABLE_ROW_LEVEL_SECURITY is false, but", "tenants", "users",
                "`agentd migrate` with ENABLE_ROW_LEVEL_SECURITY=false.",
            ]
        ),
    ]

    @Test(
        "A database that disagrees is refused with what to do, and is served when that was done",
        arguments: disagreements)
    func disagreement(isOn: Bool, state: SecurityState, words: [String]) async throws {
        try await state.withDatabase { database in
            let setting = SecurityState.setting(isOn)
            let exit = try await Daemon.refusedStart(database, settings: setting)
            #expect(exit.code == Self.configurationError)
            #expect(exit.output.isEmpty)
            #expect(words.allSatisfy(exit.log.contains), "\(exit.log)")
            // Nothing else is wrong with it.
            #expect(!exit.log.contains("To mend it"), "\(exit.log)")

            let environment = Daemon.environment(database).merging(setting) { $1 }
            let verified = try await Program.run("agentd", ["verify-isolation"], environment: environment)
            #expect(verified.code == 1)
            #expect(words.allSatisfy(verified.output.contains), "\(verified.output)")

            _ = try await database.migrate(rowLevelSecurity: isOn)
            try await Daemon.with(database, settings: setting) { _ in }
        }
    }

    @Test("migrate says in words what it switched, and the second time that there is nothing to do")
    func migrate() async throws {
        try await TestDatabase.with(migrated: false) { database in
            let first = try await database.migrate(rowLevelSecurity: false)
            #expect(first.hasPrefix("applied 0001_tables\n"))
            let line = try #require(first.split(separator: "\n").last)
            #expect(line.hasPrefix("switched row-level security off on agent_count_deltas, agent_counts, agents, "))
            #expect(line.hasSuffix(": ENABLE_ROW_LEVEL_SECURITY is false"))
            #expect(try await database.migrate(rowLevelSecurity: false).hasPrefix("nothing to do"))

            let back = try await database.migrate(rowLevelSecurity: true)
            #expect(back.hasPrefix("switched row-level security on on agent_count_deltas, agent_counts, agents, "))
            #expect(back.hasSuffix(": ENABLE_ROW_LEVEL_SECURITY is true\n"))
            #expect(try await database.migrate(rowLevelSecurity: true).hasPrefix("nothing to do"))
        }
    }

    @Test("verify-isolation passes with it off, and says in words and in JSON that a layer is missing")
    func verify() async throws {
        try await SecurityState.off.withDatabase { database in
            let environment = Daemon.environment(database).merging(SecurityState.setting(false)) { $1 }
            let words = try await Program.run("agentd", ["verify-isolation"], environment: environment)
            #expect(words.code == 0, "\(words.output)")
            #expect(words.output.contains("WARNING: ENABLE_ROW_LEVEL_SECURITY is false"), "\(words.output)")
            #expect(words.output.contains("checks passed, but row-level security is off"))
            #expect(!words.output.contains("Tenants are isolated") && !words.output.contains("FAILED"))

            let json = try await Program.run("agentd", ["verify-isolation", "--json"], environment: environment)
            #expect(json.code == 0)
            let report = try JSONDecoder().decode(Report.self, from: Data(json.output.utf8))
            #expect(!report.isolated && report.passed && !report.row_level_security)
            #expect(report.warnings.count == 1 && report.warnings[0].contains("one layer"))
            #expect(report.checks.filter { $0.check == "row-level security" && $0.passed }.count >= Self.tables)
        }
    }

    private struct Report: Decodable {
        struct Check: Decodable {
            let check: String
            let passed: Bool
        }

        let isolated: Bool
        let passed: Bool
        let row_level_security: Bool
        let warnings: [String]
        let checks: [Check]
    }

    @Test("A role that could pass row-level security is refused with it off too", arguments: WrongRole.allCases)
    func wrongRole(kind: WrongRole) async throws {
        try await kind.with { database, role in
            try database.execute("ALTER TABLE agents OWNER TO agentd_owner")
            _ = try await database.migrate(rowLevelSecurity: false)
            if kind == .owner { try database.execute("ALTER TABLE agents OWNER TO \(role)") }
            let settings = ["AGENTD_DATABASE_URL": database.conninfo(user: role)]
                .merging(SecurityState.setting(false)) { $1 }
            let exit = try await Daemon.refusedStart(database, settings: settings)
            #expect(exit.code == Self.configurationError)
            #expect(exit.log.contains("\(role): \(kind.finding)"), "\(exit.log)")
            #expect(exit.log.contains(kind.remedy(role)))
        }
    }

    @Test("A daemon with a database of its own brings it to the setting by itself, there and back")
    func embedded() async throws {
        try await TemporaryFolder.with { folder in
            let data = EmbeddedFolder(path: "\(folder)/data")
            defer { data.killEverything() }
            for isOn in [false, true] {
                let daemon = try await Daemon.start(settings: data.settings.merging(SecurityState.setting(isOn)) { $1 })
                #expect(daemon.log.contains("one layer of the isolation of tenants is off") == !isOn, "\(daemon.log)")
                for asked in [false, true] {
                    let exit = try await Program.run(
                        "agentd", ["verify-isolation"],
                        environment: data.settings.merging(SecurityState.setting(asked)) { $1 })
                    #expect(exit.code == (asked == isOn ? 0 : 1), "\(exit.output)")
                }
                await daemon.stop()
            }
        }
    }
}
