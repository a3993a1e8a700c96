import Testing

internal import Storage
internal import Postgres
internal import TestSupport

@Suite("The application and agentd beside each other", .timeLimit(.minutes(3)))
struct FollowingTests {
    @Test("Connections and prepared statements that are open before work throughout, with the same types and keys")
    func openConnections() async throws {
        try await LegacyApplication.with { application in
            let connection = try ScriptConnection(conninfo: application.conninfo)
            try connection.execute(
                """
                PREPARE one (integer) AS SELECT * FROM agents WHERE id = $1;
                PREPARE added AS INSERT INTO agents (owner_id, name, agent_type) VALUES (1, 'x', 'sales_bot')
                    RETURNING id;
                PREPARE upserted AS INSERT INTO users (email, hashed_password) VALUES ('user1@example.com', 'new')
                    ON CONFLICT (email) DO UPDATE SET hashed_password = excluded.hashed_password RETURNING id;
                PREPARE next AS SELECT nextval('agents_id_seq');
                """)
            let before = try connection.rows("EXECUTE one (7)")
            for number in 1...15 {
                try application.convert(upTo: number)
                #expect(try connection.rows("EXECUTE one (7)") == before)
                let added = try connection.rows("EXECUTE added")[0][0]
                #expect(try connection.rows("SELECT currval('agents_id_seq')") == [[added]])
                #expect(try connection.rows("EXECUTE upserted") == [["1"]])
                _ = try connection.rows("EXECUTE next")
            }
            try application.convert()
            #expect(try connection.rows("EXECUTE one (7)") == before)
            #expect(try connection.rows("SELECT count(*) FROM agents") == [["215"]])
            #expect(try application.database.rows("SELECT count(*) FROM public.agents") == [["215"]])
        }
    }

    @Test("What the application writes is with agentd in the same transaction, also while rows are copied")
    func follow() async throws {
        for number in [9, 12, 16] {
            try await LegacyApplication.with { application in
                if number <= 15 { try application.convert(upTo: number) } else { try application.convert() }
                try application.execute(
                    """
                    BEGIN;
                    UPDATE agents SET status = 'PAUSED', updated_at = '2026-01-02 03:04' WHERE id = 1;
                    DELETE FROM agents WHERE id = 2;
                    UPDATE agents SET id = 9001 WHERE id = 3;
                    INSERT INTO agents (id, owner_id, name, agent_type) VALUES (9003, 1, '', 'mine');
                    INSERT INTO users (id, email, hashed_password) VALUES (9001, 'USER3@example.com', 'x');
                    UPDATE users SET full_name = 'Changed', is_active = false WHERE id = 4;
                    COMMIT;
                    BEGIN; DELETE FROM agents WHERE id = 5; ROLLBACK;
                    """)
                try application.convert()
                let agents = try application.database.rows(
                    """
                    SELECT id, status, name, agent_type, update_time = '2026-01-02 03:04Z' FROM public.agents
                    WHERE id IN (1, 2, 3, 5, 9001, 9003) ORDER BY id
                    """)
                #expect(agents.map { $0[0] } == ["1", "5", "9001", "9003"])
                #expect(agents[0] == ["1", "paused", "Agent 1", "data_analysis", "t"])
                #expect(agents[3] == ["9003", "draft", "Agent 9003", "custom", "f"])
                let users = try application.database.rows(
                    "SELECT email, display_name, is_active FROM public.users WHERE id IN (4, 9001) ORDER BY id")
                #expect(
                    users == [
                        ["user4@example.com", "Changed", "f"], ["USER3+duplicate-9001@example.com", "", "t"],
                    ])
            }
        }
    }

    @Test("What agentd writes the application sees, and what it cannot say stays as it was")
    func answer() async throws {
        try await LegacyApplication.with { application in
            try application.convert()
            try application.database.execute(
                """
                UPDATE public.agents SET name = 'by agentd' WHERE id = 7;
                UPDATE public.agents SET is_active = false, delete_time = now() WHERE id = 8;
                UPDATE public.agents SET is_active = false, delete_time = now() WHERE id = 9;
                UPDATE public.agents SET is_active = true, delete_time = NULL WHERE id = 9;
                UPDATE public.users SET delete_time = now(), is_active = false WHERE id = 5;
                INSERT INTO public.users (tenant_id, email, display_name) SELECT id, 'user5@example.com', 'Five'
                FROM tenants;
                """)
            let agents = try application.rows(
                "SELECT id, name, agent_type, status FROM agents WHERE id IN (7, 8, 9) ORDER BY id")
            // The type and the status are as the application wrote them.
            #expect(agents[0] == ["7", "by agentd", "sales_bot", "active"])
            #expect(agents.map { $0[0] } == ["7", "9"])
            let users = try application.rows(
                "SELECT email, is_active, hashed_password = '!' FROM users WHERE id = 5 OR full_name = 'Five' "
                    + "ORDER BY id"
            )
            #expect(users == [["deleted-5-user5@example.com", "f", "f"], ["user5@example.com", "t", "t"]])
        }
    }

    @Test("A row that agentd wants and the application changes costs agentd a serialization failure at most")
    func collision() async throws {
        try await LegacyApplication.with { application in
            try application.convert()
            let holder = try ScriptConnection(conninfo: application.conninfo)
            try holder.execute("BEGIN; SELECT FROM agents WHERE id = 1 FOR UPDATE")
            #expect {
                try application.database.execute("UPDATE public.agents SET name = 'a' WHERE id = 1")
            } throws: { ($0 as? ScriptConnection.Failure)?.sqlState == "40001" }
            try holder.execute("UPDATE agents SET name = 'b' WHERE id = 1; COMMIT")
            #expect(try application.database.rows("SELECT name FROM public.agents WHERE id = 1") == [["b"]])
        }
    }

    @Test("Both make rows, and neither makes the id of another")
    func ids() async throws {
        try await LegacyApplication.with { application in
            try application.convert()
            for _ in 0..<10 {
                try application.execute("INSERT INTO agents (owner_id, name, agent_type) VALUES (1, 'a', 'custom')")
                try application.database.execute(
                    """
                    INSERT INTO public.agents (tenant_id, owner_id, name, agent_type)
                    SELECT id, 1, 'b', 'custom' FROM tenants
                    """)
            }
            let counts = try application.rows(
                "SELECT count(*), count(DISTINCT id), count(*) FILTER (WHERE (id % 2 = 1) = (name = 'a')) FROM agents "
                    + "WHERE id > 200")
            #expect(counts == [["20", "20", "20"]])
        }
    }

    @Test("The agents are counted as they are, whatever was written while they were copied")
    func counts() async throws {
        try await LegacyApplication.with { application in
            let write = """
                UPDATE agents SET status = 'archived' WHERE id = (SELECT max(id) FROM agents WHERE status = 'draft');
                DELETE FROM agents WHERE id = (SELECT min(id) FROM agents);
                INSERT INTO agents (owner_id, name, agent_type) VALUES (1, 'x', 'research')
                """
            for number in [9, 10, 12, 13, 15] {
                try application.convert(upTo: number)
                try application.execute(write)
            }
            try application.convert()
            try application.execute(write)
            let differences = try application.database.rows(
                """
                WITH counted AS (
                    SELECT key, sum(agents) AS agents FROM (
                        SELECT key, agents FROM agent_counts WHERE dimension = 'status'
                        UNION ALL SELECT status, agents FROM agent_count_deltas) AS parts
                    GROUP BY key),
                found AS (SELECT status AS key, count(*) AS agents FROM public.agents GROUP BY status)
                SELECT * FROM counted FULL JOIN found USING (key) WHERE counted.agents IS DISTINCT FROM found.agents
                """)
            #expect(differences == [])
        }
    }

    @Test("A user whom agentd still needs is deleted for the application, and stays as a deleted one for agentd")
    func removedUser() async throws {
        try await LegacyApplication.with { application in
            try application.convert()
            try application.database.execute(
                """
                INSERT INTO tokens (tenant_id, id, user_id, secret_digest) SELECT id, 'k', 3, sha256('') FROM tenants
                """)
            try application.execute("DELETE FROM agents WHERE owner_id = 3; DELETE FROM users WHERE id = 3")
            let user = try application.database.rows(
                "SELECT is_active, delete_time IS NOT NULL FROM public.users WHERE id = 3")
            #expect(user == [["f", "t"]])
        }
    }

    @Test("The application reaches rows of its own tenant alone, whatever it sets")
    func confinement() async throws {
        try await LegacyApplication.with { application in
            try application.convert(try rules((.tenant, "user2@example.com", "acme")))
            let acme = try application.database.rows("SELECT id FROM tenants WHERE slug = 'acme'")[0][0] ?? ""
            let own = try application.rows("SELECT current_setting('app.current_tenant_id')")
            #expect(own == (try application.database.rows("SELECT id FROM tenants WHERE slug = 'default'")))
            let connection = try ScriptConnection(conninfo: application.conninfo)
            try connection.execute("SET app.current_tenant_id = '\(acme)'")
            #expect(try connection.rows("SELECT count(*) FROM users WHERE id = 2") == [["0"]])
            #expect(throws: ScriptConnection.Failure.self) { try connection.rows("SELECT FROM public.users") }
            try connection.execute("UPDATE agents SET name = 'x'")
            let touched = try application.database.rows(
                "SELECT count(*) FROM public.agents WHERE tenant_id = '\(acme)' AND name = 'x'")
            #expect(touched == [["0"]])
        }
    }
}
