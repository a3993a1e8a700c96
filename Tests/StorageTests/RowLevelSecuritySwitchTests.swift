import Testing

internal import Postgres
internal import Storage
internal import TestSupport

@Suite("Switch of row-level security", .timeLimit(.minutes(3)))
struct RowLevelSecuritySwitchTests {
    private static let all = TwoTenants.tables.sorted()

    private static func set(_ isOn: Bool, _ database: TestDatabase) throws -> [String] {
        try Migrator(ownerConninfo: database.owner).setRowLevelSecurity(isOn)
    }

    private static func prove(
        _ rowLevelSecurity: Bool, _ database: TestDatabase, application: String? = nil
    ) throws -> IsolationReport {
        try IsolationProof(
            applicationConninfo: application ?? database.application, platformConninfo: database.platform,
            rowLevelSecurity: rowLevelSecurity
        ).run()
    }

    /// The tables on which it is enabled, and those on which it is forced.
    private static func state(_ database: TestDatabase) throws -> (enabled: [String], forced: [String]) {
        func names(_ column: String) throws -> [String] {
            try database.rows(
                "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND \(column) ORDER BY 1"
            ).compactMap { $0[0] }
        }
        return (try names("relrowsecurity"), try names("relforcerowsecurity"))
    }

    @Test("A migrated database has it on; off and on again, each changes every table once and leaves the policies")
    func offAndOn() async throws {
        try await TwoTenants.with { tenants in
            let database = tenants.database
            let policies = try database.rows("SELECT * FROM pg_policies ORDER BY 1, 2, 3")
            #expect(try Self.set(true, database) == [])
            #expect(try Self.set(false, database) == Self.all)
            #expect(try Self.state(database) == ([], []))
            #expect(try database.rows(tenant: nil, "SELECT count(*) FROM agents") == [["2"]])
            #expect(try Self.set(false, database) == [])

            #expect(try Self.set(true, database) == Self.all)
            #expect(try Self.state(database) == (Self.all, Self.all))
            #expect(try database.rows(tenant: nil, "SELECT count(*) FROM agents") == [["0"]])
            #expect(try Self.set(true, database) == [])
            #expect(try database.rows("SELECT * FROM pg_policies ORDER BY 1, 2, 3") == policies)
            #expect(try Self.prove(true, database).failures == [])
        }
    }

    @Test("Of a database that is half one and half the other, only what differs is changed", arguments: [true, false])
    func mixed(isOn: Bool) async throws {
        try await TestDatabase.with { database in
            if !isOn { _ = try Self.set(false, database) }
            try database.execute(
                isOn
                    ? "ALTER TABLE agents NO FORCE ROW LEVEL SECURITY; ALTER TABLE users DISABLE ROW LEVEL SECURITY"
                    : "ALTER TABLE agents FORCE ROW LEVEL SECURITY; ALTER TABLE users ENABLE ROW LEVEL SECURITY")
            #expect(try Self.set(isOn, database) == ["agents", "users"])
            #expect(try Self.state(database) == (isOn ? Self.all : [], isOn ? Self.all : []))
        }
    }

    @Test("Migrating leaves it as it is, and eight switches at once change each table once")
    func atOnce() async throws {
        try await TestDatabase.with { database in
            let changed = try await inParallel(8) { try Self.set(false, database) }
            #expect(changed.flatMap(\.self) == Self.all)
            #expect(try Migrator(ownerConninfo: database.owner).migrate() == [])
            #expect(try Self.state(database) == ([], []))
        }
    }

    @Test("A table that is in use makes it wait, changes nothing meanwhile, and is changed when it is free")
    func inUse() async throws {
        try await TestDatabase.with { database in
            try await withThrowingTaskGroup(of: [String].self) { group in
                do {
                    let reader = try ScriptConnection(conninfo: database.application)
                    try reader.execute("BEGIN; SELECT 1 FROM users")
                    group.addTask { try await inParallel(1) { try Self.set(false, database) }.flatMap(\.self) }
                    // It waits, and gives up, and waits again.
                    for _ in 0..<2 {
                        try await waitUntil { try Self.waiting(database) == "1" }
                        try await waitUntil { try Self.waiting(database) == "0" }
                    }
                    #expect(try Self.state(database) == (Self.all, Self.all))
                    try reader.execute("COMMIT")
                }
                #expect(try await group.next() == Self.all)
            }
        }
    }

    private static func waiting(_ database: TestDatabase) throws -> String? {
        try database.rows(
            """
            SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND NOT granted
                AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            """
        ).first?.first ?? nil
    }

    @Test("The owner of the database with CREATEROLE can switch it, without being a superuser")
    func ordinaryOwner() async throws {
        try await TestRole.with("CREATEROLE") { role in
            try await TestDatabase.with(migrated: false) { database in
                try database.execute("ALTER DATABASE \(database.name) OWNER TO \(role)")
                let migrator = Migrator(ownerConninfo: database.conninfo(user: role))
                _ = try migrator.migrate()
                #expect(try migrator.setRowLevelSecurity(false) == Self.all)
                #expect(try migrator.setRowLevelSecurity(true) == Self.all)
            }
        }
    }

    @Test("A table of somebody else is refused by its name, and the others stay as they are")
    func foreignTable() async throws {
        try await TestDatabase.with { database in
            try database.execute("CREATE TABLE notes (tenant_id uuid)")
            #expect {
                _ = try Self.set(true, database)
            } throws: { error in
                let text = "\(error)"
                return error is Migrator.Failure && text.contains("on notes")
                    && text.contains("ALTER TABLE \"notes\" OWNER TO agentd_owner;")
            }
            try database.execute("ALTER TABLE \"notes\" OWNER TO agentd_owner;")
            #expect(try Self.set(true, database) == ["notes"])
        }
    }

    // MARK: The proof with it off

    @Test("A database without it passes where it is to be off, with a warning, and not where it is to be on")
    func proofOff() async throws {
        try await TwoTenants.with { tenants in
            let database = tenants.database
            _ = try Self.set(false, database)
            let off = try Self.prove(false, database)
            #expect(off.failures == [] && off.disagreement == nil)
            #expect(off.warnings.count == 1 && off.warnings[0].contains("ENABLE_ROW_LEVEL_SECURITY is false"))

            let on = try Self.prove(true, database)
            let disagreement = try #require(on.disagreement)
            #expect(disagreement.tables == Self.all)
            #expect(disagreement.description.hasPrefix("ENABLE_ROW_LEVEL_SECURITY is true, but"))
            #expect(disagreement.description.contains("`agentd migrate` with ENABLE_ROW_LEVEL_SECURITY=true"))
            #expect(disagreement.description.contains("or set ENABLE_ROW_LEVEL_SECURITY=false"))
            // Nothing is wrong but this.
            #expect(!on.passed && on.otherFailures == [])
        }
    }

    @Test("A database with it does not pass where it is to be off")
    func proofOn() async throws {
        try await TestDatabase.with { database in
            let report = try Self.prove(false, database)
            let disagreement = try #require(report.disagreement)
            #expect(!report.passed && report.otherFailures == [] && disagreement.tables == Self.all)
            #expect(disagreement.description.hasPrefix("ENABLE_ROW_LEVEL_SECURITY is false, but"))
            #expect(disagreement.description.contains("`agentd migrate` with ENABLE_ROW_LEVEL_SECURITY=false"))
            #expect(disagreement.description.contains("or set ENABLE_ROW_LEVEL_SECURITY=true"))
        }
    }

    @Test(
        "A table that is half one and half the other passes in neither state",
        arguments: [
            "ALTER TABLE agents NO FORCE ROW LEVEL SECURITY", "ALTER TABLE agents DISABLE ROW LEVEL SECURITY",
        ])
    func proofMixed(script: String) async throws {
        try await TestDatabase.with { database in
            try database.execute(script)
            let on = try #require(try Self.prove(true, database).disagreement)
            #expect(on.tables == ["agents"])
            #expect(on.description.contains("on agents.") && !on.description.contains("or set"))
            let off = try #require(try Self.prove(false, database).disagreement)
            #expect(off.tables == Self.all)
        }
    }

    @Test("What the roles may do is checked with it off too", arguments: WrongRole.allCases)
    func rolesOff(kind: WrongRole) async throws {
        try await kind.with { database, role in
            try database.execute("ALTER TABLE agents OWNER TO agentd_owner")
            _ = try Self.set(false, database)
            if kind == .owner { try database.execute("ALTER TABLE agents OWNER TO \(role)") }
            let failures = try Self.prove(false, database, application: database.conninfo(user: role)).failures
            let failure = try #require(
                failures.first { $0.object == role && $0.finding.contains(kind.finding) }, "\(failures)")
            #expect(failure.remedy.contains(kind.remedy(role)))
        }
    }

    @Test(
        "With it off nobody asks for policies, but for rights and functions",
        arguments: Sabotage.all.filter { ["privileges", "audit trail", "functions", "keys"].contains($0.check) })
    func sabotageOff(_ sabotage: Sabotage) async throws {
        try await TwoTenants.with { tenants in
            _ = try Self.set(false, tenants.database)
            try tenants.database.execute("DROP POLICY tenant_isolation_agents ON agents; \(sabotage.script)")
            let failures = try Self.prove(false, tenants.database).failures
            #expect(failures.contains { $0.name == sabotage.check && $0.object == sabotage.object }, "\(failures)")
            #expect(failures.allSatisfy { $0.name == sabotage.check }, "\(failures)")
        }
    }
}
