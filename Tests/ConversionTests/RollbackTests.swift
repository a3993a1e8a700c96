import Testing

internal import Storage
internal import Postgres
internal import TestSupport

@Suite("Taking a conversion back", .timeLimit(.minutes(5)))
struct RollbackTests {
    @Test("From any step it leaves the catalogue and the data as they were", arguments: 2...16)
    func step(_ number: Int) async throws {
        try await LegacyApplication.with { application in
            let before = (try application.database.catalogue(), try application.contents())
            if number <= 15 { try application.convert(upTo: number) } else { try application.convert() }
            try application.conversion.rollback()
            #expect(try application.database.catalogue() == before.0)
            #expect(try application.contents() == before.1)
            #expect(try application.conversion.status() == nil)
            try application.convert()
        }
    }

    @Test("What either side wrote meanwhile is there afterwards")
    func writes() async throws {
        try await LegacyApplication.with { application in
            try application.convert()
            try application.execute(
                "UPDATE agents SET name = 'mine' WHERE id = 1; DELETE FROM agents WHERE id = 2; "
                    + "INSERT INTO agents (owner_id, name, agent_type) VALUES (1, 'added', 'sales_bot')")
            try application.database.execute(
                """
                UPDATE public.agents SET name = 'by agentd' WHERE id = 3;
                INSERT INTO public.users (tenant_id, email) SELECT id, 'new@example.com' FROM tenants;
                INSERT INTO public.agents (tenant_id, owner_id, name, agent_type)
                SELECT tenant_id, id, 'new', 'research' FROM public.users WHERE email = 'new@example.com';
                """)
            try application.conversion.rollback()
            let names = try application.rows(
                "SELECT name, agent_type FROM public.agents WHERE id IN (1, 2, 3) OR id > 200 ORDER BY id")
            #expect(names[0] == ["mine", "data_analysis"])
            #expect(names[1] == ["by agentd", "code_assistant"])
            #expect(Set(names[2...].map { $0[0] }) == ["added", "new"])
            // Ids go on above those of both.
            let next = try application.rows(
                "INSERT INTO agents (owner_id, name, agent_type) VALUES (1, 'next', 'custom') "
                    + "RETURNING id > ALL (SELECT id FROM agents WHERE name <> 'next')")
            #expect(next == [["t"]])
        }
    }

    @Test("Where another tenant owns rows it refuses, names it, and changes nothing")
    func secondTenant() async throws {
        try await LegacyApplication.with { application in
            try application.convert(try rules((.tenant, "user2@example.com", "acme")))
            let before = try application.database.catalogue()
            #expect {
                try application.conversion.rollback()
            } throws: { error in
                ["other tenants own rows", "acme (1 user)", "move-user"].allSatisfy("\(error)".contains)
            }
            #expect(try application.database.catalogue() == before)
            let owner = application.database.owner
            _ = try MoveUser(ownerConninfo: owner, user: "2", from: nil, to: "default").run()
            try application.conversion.rollback()
            let counts = try application.rows("SELECT (SELECT count(*) FROM users), (SELECT count(*) FROM agents)")
            #expect(counts == [["20", "200"]])
        }
    }

    /// Whatever else an application may have in its schema.
    private static let others = """
        CREATE TABLE sessions (id serial PRIMARY KEY, user_id integer REFERENCES users (id), seen timestamp);
        CREATE TABLE alembic_version (version text);
        CREATE VIEW live AS SELECT id, name FROM agents WHERE status = 'active';
        INSERT INTO sessions (user_id) SELECT id FROM users;
        """

    @Test("Other tables and views stay as they were, and no step minds them", arguments: [3, 5, 16])
    func otherTables(_ number: Int) async throws {
        try await LegacyApplication.with { application in
            try application.execute(Self.others)
            let remarks = try application.conversion.plan(ConversionRules()).remarks
            #expect(
                remarks.contains { $0.contains("public also holds alembic_version, live, sessions.") }, "\(remarks)")
            if number <= 15 { try application.convert(upTo: number) } else { try application.convert() }
            try application.execute(
                "INSERT INTO sessions (user_id) VALUES (1); INSERT INTO alembic_version VALUES ('a')")
            let rows = "SELECT (SELECT count(*) FROM sessions), (SELECT count(*) FROM live) > 0"
            #expect(try application.rows(rows) == [["21", "t"]])
            let rights = "SELECT has_table_privilege('agentd_owner', 'public.alembic_version', 'REFERENCES')"
            #expect(try application.database.rows(rights) == [["f"]])
            try application.conversion.rollback()
            #expect(try application.rows(rows) == [["21", "t"]])
        }
    }

    @Test("Other roles that may use the tables find them on new connections, and look where they did afterwards")
    func otherRoles() async throws {
        try await TestRole.with("") { reporter in
            try await LegacyApplication.with { application in
                let database = try application.database.rows("SELECT current_database()")[0][0] ?? ""
                try application.execute("GRANT SELECT (id, email) ON users TO \(reporter)")
                try application.database.execute(
                    "ALTER ROLE \(reporter) IN DATABASE \"\(database)\" SET search_path = public, pg_temp")
                func read() throws -> [[String?]] {
                    try ScriptConnection(conninfo: application.database.conninfo(user: reporter))
                        .rows("SELECT count(id), current_setting('search_path') FROM users")
                }
                let before = try read()
                #expect(before == [["20", "public, pg_temp"]])
                let remarks = try application.conversion.plan(ConversionRules()).remarks
                #expect(remarks.contains { $0.contains("\(reporter) may use the tables as well") }, "\(remarks)")
                try application.convert()
                #expect(try read() == [["20", "\(application.role), public, pg_temp"]])
                try application.conversion.rollback()
                #expect(try read() == before)
                try application.convert()
                try application.conversion.finish()
                let setting = try ScriptConnection(conninfo: application.database.conninfo(user: reporter))
                    .rows("SHOW search_path")
                #expect(setting == [["public, pg_temp"]])
            }
        }
    }

    @Test("A tenant's administrator is a superuser of the application, and a system administrator is not")
    func administrators() async throws {
        try await LegacyApplication.with { application in
            try application.convert()
            try application.database.execute(
                """
                INSERT INTO public.users (tenant_id, email, role) SELECT id, role || '@x.example', role
                FROM tenants, unnest(ARRAY['system_admin', 'tenant_admin', 'member']) AS role
                """)
            let superusers = try application.rows(
                "SELECT email FROM users WHERE is_superuser AND email LIKE '%@x.example'")
            #expect(superusers == [["tenant_admin@x.example"]])
        }
    }

    @Test("What needs the tables of the application keeps it from being finished, and is named")
    func dependants() async throws {
        try await LegacyApplication.with { application in
            try application.execute(Self.others)
            try application.convert()
            #expect {
                try application.conversion.finish()
            } throws: { error in
                ["Nothing was changed", "view live", "on table sessions"].allSatisfy("\(error)".contains)
            }
            #expect(try application.rows("SELECT count(*) FROM agents") == [["200"]])
        }
    }

    @Test("What the application makes after its tables have moved goes back with them", arguments: [4, 16])
    func newTables(_ number: Int) async throws {
        try await LegacyApplication.with { application in
            if number <= 15 { try application.convert(upTo: number) } else { try application.convert() }
            try application.execute(
                Self.others + "CREATE TYPE mood AS ENUM ('good'); CREATE TYPE pair AS (a integer, b integer); "
                    + "CREATE FUNCTION one() RETURNS integer LANGUAGE sql RETURN 1; CREATE SEQUENCE numbers;")
            try application.conversion.rollback()
            let place = try application.database.rows(
                """
                SELECT to_regclass('public.sessions') IS NOT NULL, to_regclass('public.live') IS NOT NULL,
                    to_regtype('public.mood') IS NOT NULL, to_regtype('public.pair') IS NOT NULL,
                    to_regproc('public.one') IS NOT NULL, to_regclass('public.numbers') IS NOT NULL,
                    to_regnamespace('\(application.role)') IS NULL
                """)
            #expect(place == [["t", "t", "t", "t", "t", "t", "t"]])
            #expect(try application.rows("SELECT count(*), one() FROM public.sessions") == [["20", "1"]])
        }
    }

    @Test("A schema of the application's own that was there before stays, with what it has")
    func ownSchema() async throws {
        try await LegacyApplication.with { application in
            try application.database.execute(
                "CREATE SCHEMA \(application.role) AUTHORIZATION \(application.role); "
                    + "CREATE TABLE \(application.role).notes (text text)")
            try application.convert()
            try application.conversion.rollback()
            let tables = try application.database.rows(
                "SELECT schemaname = 'public', tablename FROM pg_tables WHERE tableowner IN ($1, current_user) "
                    + "AND schemaname IN ('public', $1) ORDER BY 2", [application.role])
            #expect(tables == [["t", "agents"], ["f", "notes"], ["t", "users"]])
        }
    }

    @Test("What stays of the application is told at the end")
    func whatStays() async throws {
        try await LegacyApplication.with { application in
            try application.convert()
            try application.execute("CREATE TABLE later (id integer)")
            #expect(try application.conversion.finish() == ["\(application.role).later"])
        }
    }

    @Test("It works where the migrations were made, and not all rights given")
    func halfMigrated() async throws {
        try await LegacyApplication.with { application in
            let before = (try application.database.catalogue(), try application.contents())
            try application.convert(upTo: 3)
            _ = try Migrator(ownerConninfo: application.database.owner).migrate()
            try application.database.execute(
                "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM agentd_platform, agentd_app")
            try application.conversion.rollback()
            #expect(try application.database.catalogue() == before.0)
            #expect(try application.contents() == before.1)
        }
    }

    @Test("Deleted users and deleted tenants do not stand in the way")
    func deleted() async throws {
        try await LegacyApplication.with { application in
            try application.convert()
            try application.database.execute(
                """
                INSERT INTO tenants (slug, display_name, state, delete_time) VALUES
                    ('one', 'One', 'active', NULL), ('two', 'Two', 'deleted', now());
                INSERT INTO public.users (tenant_id, email, delete_time)
                SELECT id, 'a@x.example', CASE WHEN slug = 'one' THEN now() END FROM tenants WHERE slug <> 'default';
                """)
            try application.conversion.rollback()
            #expect(try application.rows("SELECT count(*) FROM users") == [["20"]])
        }
    }

    @Test("An id at the end of what its column holds is no end: both sides go on where the application was")
    func lastID() async throws {
        try await LegacyApplication.with { application in
            try application.execute(
                "INSERT INTO agents (id, owner_id, name, agent_type) VALUES (2147483647, 1, 'last', 'custom')")
            try application.convert()
            let insertion = "INSERT INTO agents (owner_id, name, agent_type) VALUES (1, 'next', 'custom') RETURNING id"
            #expect(try application.rows(insertion) == [["201"]])
            let made = try application.database.rows(
                "INSERT INTO public.agents (tenant_id, owner_id, name, agent_type) "
                    + "SELECT tenant_id, id, 'new', 'research' FROM public.users WHERE id = 1 RETURNING id")
            #expect(made == [["202"]])
            #expect(try application.rows("SELECT name FROM agents WHERE id = 202") == [["new"]])
            try application.conversion.rollback()
            #expect(try application.rows(insertion) == [["203"]])
        }
    }

    @Test("There is nothing to take back or to finish where none was begun")
    func nothing() async throws {
        try await LegacyApplication.with { application in
            #expect { try application.conversion.rollback() } throws: { "\($0)".contains("nothing to take back") }
            #expect { try application.conversion.finish() } throws: { "\($0)".contains("nothing to finish") }
        }
    }

    @Test("It is not finished before it is complete, nor while the application is connected")
    func tooEarly() async throws {
        try await LegacyApplication.with { application in
            try application.convert(upTo: 9)
            #expect { try application.conversion.finish() } throws: { "\($0)".contains("not complete") }
            try application.convert()
            let connection = try ScriptConnection(conninfo: application.conninfo)
            #expect { try application.conversion.finish() } throws: { "\($0)".contains("still has 1 connection as") }
            #expect(try connection.rows("SELECT count(*) FROM agents") == [["200"]])
        }
    }
}
