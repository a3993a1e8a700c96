import Testing

internal import Storage
internal import TestSupport

@Suite("Proof of isolation", .timeLimit(.minutes(3)))
struct IsolationProofTests {
    private func prove(
        _ database: TestDatabase, application: String? = nil, platform: String? = nil
    ) throws -> IsolationReport {
        try IsolationProof(
            applicationConninfo: application ?? database.application,
            platformConninfo: platform ?? database.platform, rowLevelSecurity: true
        ).run()
    }

    @Test("A fresh database passes, each tenant's table by name")
    func fresh() async throws {
        try await TestDatabase.with { database in
            let report = try prove(database)
            #expect(report.failures == [])
            #expect(report.passed && report.disagreement == nil && report.warnings.isEmpty)
            #expect(Set(TwoTenants.tables).isSubset(of: Set(report.checks.map(\.object))))
        }
    }

    @Test("A database with rows passes, and the proof leaves none of its own")
    func filled() async throws {
        try await TwoTenants.with { tenants in
            try #expect(prove(tenants.database).failures == [])
            try #expect(tenants.database.rows("SELECT count(*) FROM isolation_canary") == [["2"]])
        }
    }

    @Test("A database without tables is not proven, but sent to be migrated")
    func empty() async throws {
        try await TestDatabase.with(migrated: false) { database in
            let failure = #expect(throws: IsolationProof.Failure.self) { try prove(database) }
            #expect(failure?.description.contains("agentd migrate") == true)
        }
    }

    @Test("Another role with the same rights passes as well: it is the rights that count")
    func otherRole() async throws {
        try await TestRole.with("") { role in
            try await TestDatabase.with { database in
                try database.grantAsApplication(to: role)
                #expect(try prove(database, application: database.conninfo(user: role)).failures == [])
            }
        }
    }

    @Test("A wrong role is refused by name, with the way to mend it", arguments: WrongRole.allCases)
    func wrongApplicationRole(kind: WrongRole) async throws {
        try await kind.with { database, role in
            try expectFailure(of: kind, role, in: prove(database, application: database.conninfo(user: role)))
        }
    }

    @Test("A wrong role of the platform is refused likewise", arguments: WrongRole.allCases)
    func wrongPlatformRole(kind: WrongRole) async throws {
        try await kind.with { database, role in
            try expectFailure(of: kind, role, in: prove(database, platform: database.conninfo(user: role)))
        }
    }

    private func expectFailure(of kind: WrongRole, _ role: String, in report: IsolationReport) throws {
        let failures = report.failures
        let failure = try #require(
            failures.first { $0.object == role && $0.finding.contains(kind.finding) }, "\(failures)")
        #expect(failure.remedy.contains(kind.remedy(role)))
    }

    @Test("What weakens the isolation is found, with its object and the way to mend it", arguments: Sabotage.all)
    func sabotage(_ sabotage: Sabotage) async throws {
        try await TwoTenants.with { tenants in
            try tenants.database.execute(sabotage.script)
            let failures = try prove(tenants.database).failures
            let failure = try #require(
                failures.first { $0.name == sabotage.check && $0.object == sabotage.object }, "\(failures)")
            #expect(failure.remedy.contains(sabotage.remedy))
        }
    }

    @Test("What the roles cannot reach, or what policies guard, is no reason to fail")
    func harmless() async throws {
        try await TwoTenants.with { tenants in
            try tenants.database.execute(
                """
                CREATE SCHEMA benchmark;
                CREATE TABLE benchmark.agents AS SELECT * FROM agents;
                CREATE FUNCTION benchmark.fill() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT 1::bigint';
                -- Read by nobody who may not enter the schema.
                GRANT SELECT ON benchmark.agents TO PUBLIC;
                CREATE SCHEMA reports;
                GRANT USAGE ON SCHEMA reports TO PUBLIC;
                CREATE TABLE reports.unread AS SELECT * FROM agents;
                CREATE TABLE reports.guarded AS SELECT * FROM agents;
                ALTER TABLE reports.guarded ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
                CREATE VIEW reports.own WITH (security_invoker = true) AS SELECT * FROM agents;
                CREATE TABLE reports.rates (currency text, rate numeric);
                GRANT SELECT ON reports.guarded, reports.own, reports.rates TO agentd_app, agentd_platform;
                CREATE FUNCTION reports.note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
                    'BEGIN RETURN NULL; END';
                CREATE FUNCTION reports.closed() RETURNS integer LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';
                REVOKE EXECUTE ON FUNCTION reports.closed() FROM PUBLIC;
                CREATE FUNCTION reports.open() RETURNS integer LANGUAGE sql AS 'SELECT 1';
                """)
            try #expect(prove(tenants.database).failures == [])
        }
    }

    @Test("Done as they say, the remedies mend what was found", arguments: Sabotage.all)
    func remedy(_ sabotage: Sabotage) async throws {
        try await TwoTenants.with { tenants in
            try tenants.database.execute(sabotage.script)
            for failure in try prove(tenants.database).failures where failure.remedy.hasSuffix(";") {
                try tenants.database.execute(failure.remedy)
            }
            let left = try prove(tenants.database).failures
            #expect(left.allSatisfy { !$0.remedy.hasSuffix(";") }, "\(left)")
        }
    }
}
