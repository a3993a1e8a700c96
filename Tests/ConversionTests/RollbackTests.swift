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
                ["other tenants own rows", "acme (1 users)", "move-user"].allSatisfy("\(error)".contains)
            }
            #expect(try application.database.catalogue() == before)
            let owner = application.database.owner
            _ = try MoveUser(ownerConninfo: owner, user: "2", from: nil, to: "default").run()
            try application.conversion.rollback()
            let counts = try application.rows("SELECT (SELECT count(*) FROM users), (SELECT count(*) FROM agents)")
            #expect(counts == [["20", "200"]])
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
            #expect { try application.conversion.finish() } throws: { "\($0)".contains("still has 1 connections") }
            #expect(try connection.rows("SELECT count(*) FROM agents") == [["200"]])
        }
    }
}
