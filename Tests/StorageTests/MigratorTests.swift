import Testing

internal import Postgres
internal import Storage
internal import TestSupport

@Suite("Migrator", .timeLimit(.minutes(2)))
struct MigratorTests {
    @Test("Eight at once on an empty database apply each migration once, and none of them fails")
    func eightAtOnce() async throws {
        try await TestDatabase.with(migrated: false) { database in
            let applied = try await inParallel(8) { try Migrator(ownerConninfo: database.owner).migrate() }
            #expect(applied.flatMap(\.self) == Migration.all)
            let kept = try database.rows("SELECT version, name FROM schema_migrations ORDER BY version")
            #expect(kept == Migration.all.map { [String($0.version), $0.name] })
        }
    }

    @Test("Run again, it finds nothing to do")
    func twice() async throws {
        try await TestDatabase.with { database in
            try #expect(Migrator(ownerConninfo: database.owner).migrate().isEmpty)
        }
    }

    @Test("It reports each migration as it is applied, in order")
    func report() async throws {
        try await TestDatabase.with(migrated: false) { database in
            var reported: [Migration] = []
            let applied = try Migrator(ownerConninfo: database.owner).migrate { reported.append($0) }
            #expect(reported == Migration.all)
            #expect(applied == Migration.all)
        }
    }

    @Test("What is missing can be seen by a role that may only connect")
    func missing() async throws {
        try await TestDatabase.with(migrated: false) { database in
            #expect(try Migrator.missing(conninfo: database.application) == Migration.all)
            _ = try Migrator(ownerConninfo: database.owner).migrate()
            #expect(try Migrator.missing(conninfo: database.application).isEmpty)
        }
    }

    @Test("A migration that was applied with another text is refused by its name")
    func changedText() async throws {
        try await TestDatabase.with { database in
            try database.execute("UPDATE schema_migrations SET checksum = repeat('0', 64) WHERE version = 2")
            expectFailure(of: database, "Migration 2 (row_level_security)", "another text")
        }
    }

    @Test("A database of a newer version is refused")
    func newerDatabase() async throws {
        try await TestDatabase.with { database in
            try database.execute("INSERT INTO schema_migrations (version, name, checksum) VALUES (9999, 'later', '')")
            expectFailure(of: database, "migration 9999", "newer version")
        }
    }

    @Test("A migration that fails leaves nothing behind, and the next run applies it")
    func failure() async throws {
        try await TestDatabase.with(migrated: false) { database in
            // In the way of the first migration.
            try database.execute("CREATE TABLE public.agents ()")
            #expect(throws: Migrator.Failure.self) { try Migrator(ownerConninfo: database.owner).migrate() }
            #expect(try database.rows("SELECT to_regclass('public.tenants')") == [[nil]])
            try database.execute("DROP TABLE public.agents")
            #expect(try Migrator(ownerConninfo: database.owner).migrate() == Migration.all)
        }
    }

    @Test("The owner of the database with CREATEROLE can migrate, without being a superuser")
    func ordinaryOwner() async throws {
        try await TestRole.with("CREATEROLE") { role in
            try await TestDatabase.with(migrated: false) { database in
                try database.execute("ALTER DATABASE \(database.name) OWNER TO \(role)")
                let migrator = Migrator(ownerConninfo: database.conninfo(user: role))
                #expect(try migrator.migrate() == Migration.all)
                #expect(try migrator.migrate().isEmpty)
                let proof = IsolationProof(
                    applicationConninfo: database.application, platformConninfo: database.platform,
                    rowLevelSecurity: true)
                #expect(try proof.run().failures == [])
            }
        }
    }

    @Test("A role that may not create what is needed is told who may")
    func powerlessRole() async throws {
        try await TestRole.with("") { role in
            try await TestDatabase.with(migrated: false) { database in
                expectFailure(
                    of: database, as: database.conninfo(user: role), "AGENTD_OWNER_DATABASE_URL", "CREATEROLE")
            }
        }
    }

    private func expectFailure(of database: TestDatabase, as conninfo: String? = nil, _ words: String...) {
        #expect {
            try Migrator(ownerConninfo: conninfo ?? database.owner).migrate()
        } throws: { error in
            let text = "\(error)"
            return error is Migrator.Failure && words.allSatisfy(text.contains)
        }
    }
}
