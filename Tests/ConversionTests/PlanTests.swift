import Testing

internal import Storage
internal import TestSupport

@Suite("The plan of a conversion", .timeLimit(.minutes(3)))
struct PlanTests {
    @Test("It works where nothing can be written, and changes nothing")
    func readOnly() async throws {
        try await LegacyApplication.with { application in
            let before = (try application.database.catalogue(), try application.contents())
            let conversion = Conversion(
                ownerConninfo: application.database.owner + " options='-c default_transaction_read_only=on'",
                defaultTenantSlug: "default", rowLevelSecurity: true)
            let plan = try conversion.plan(ConversionRules())
            #expect(plan.role == application.role)
            #expect(plan.schema == "public")
            #expect(plan.steps.count == 15)
            #expect(plan.steps.allSatisfy { !$0.sql.isEmpty && !$0.lock.isEmpty && !$0.estimate.isEmpty })
            #expect(try application.database.catalogue() == before.0)
            #expect(try application.contents() == before.1)
        }
    }

    struct Untidy: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let change: String
        /// What the finding says.
        let words: [String]

        init(_ change: String, _ words: String...) {
            testDescription = words.joined(separator: ", ")
            self.change = change
            self.words = words
        }
    }

    @Test(
        "It finds what needs a decision, and says the rule and how to change it",
        arguments: [
            Untidy("UPDATE agents SET agent_type = 'sales_bot'", "\"sales_bot\"", "custom", "--unknown-type"),
            Untidy("UPDATE agents SET agent_type = 'Research'", "\"Research\"", "research", "agent_type,Research,NEW"),
            Untidy("UPDATE agents SET status = 'live'", "\"live\"", "draft", "--unknown-status"),
            Untidy("UPDATE agents SET status = NULL", "NULL or empty", "draft", "status,,NEW"),
            Untidy("UPDATE agents SET name = ''", "empty name", "Agent {id}", "--empty-name"),
            Untidy("UPDATE agents SET config = '1'", "no JSON object", "{\"value\": it}", "--other-config"),
            Untidy("UPDATE agents SET config = NULL", "without a configuration", "{}"),
            Untidy("UPDATE agents SET is_public = NULL", "is_public says nothing", "private"),
            Untidy("UPDATE agents SET created_at = 'infinity'", "without a time of creation", "that of their update"),
            Untidy("UPDATE users SET is_active = false", "agents of inactive owners", "stay", "--inactive-owners"),
            Untidy("UPDATE users SET is_active = NULL", "is_active says nothing", "inactive"),
            Untidy("UPDATE users SET is_superuser = true", "is_superuser", "tenant_admin", "--superusers"),
            Untidy(
                "UPDATE users SET email = 'A@x.example' WHERE id = 1; UPDATE users SET email = 'a@X.example' "
                    + "WHERE id = 2", "a@x.example", "ids 1, 2", "user 1 keeps it", "email,ID,NEW"),
            Untidy("UPDATE users SET email = '' WHERE id = 1", "empty e-mail", "user-ID@invalid"),
            Untidy("UPDATE users SET email = 'nobody' WHERE id = 1", "no address", "keep it"),
        ])
    func finding(_ untidy: Untidy) async throws {
        try await LegacyApplication.with(users: 3, agents: 6) { application in
            try application.execute(untidy.change)
            let findings = try application.conversion.plan(ConversionRules()).findings
            let texts = findings.map { "\($0.count) \($0.what) \($0.rule) \($0.change)" }
            #expect(texts.contains { text in untidy.words.allSatisfy(text.contains) }, "\(texts)")
        }
    }

    @Test("Functions that name their own search path are told")
    func functionPath() async throws {
        try await LegacyApplication.with(users: 3, agents: 6) { application in
            try application.execute(
                "CREATE FUNCTION people() RETURNS bigint LANGUAGE sql SET search_path = public "
                    + "AS 'SELECT count(*) FROM users'")
            let remarks = try application.conversion.plan(ConversionRules()).remarks
            #expect(remarks.contains { $0.contains("The function people() has a search_path") }, "\(remarks)")
        }
    }

    @Test("Lines of the mapping file that nothing needs are named")
    func unusedLines() async throws {
        try await LegacyApplication.with(users: 3, agents: 6) { application in
            let mapping = try rules(
                (.agentType, "saels_bot", "custom"), (.agentType, "sales_bot", "custom"), (.status, "lvie", "active"),
                (.email, "99", "a@x.example"), (.email, "2", "b@x.example"))
            try application.execute("UPDATE agents SET agent_type = 'sales_bot'")
            let unused = try application.conversion.plan(mapping).findings.filter { $0.count == "0" }.map(\.what)
            #expect(
                unused == [
                    "agents for the line agent_type,saels_bot of the mapping",
                    "agents for the line status,lvie of the mapping", "users for the line email,99 of the mapping",
                ])
        }
    }

    @Test("Tidy data need no decision")
    func tidy() async throws {
        try await LegacyApplication.with(users: 3, agents: 6) { application in
            try application.execute(
                """
                UPDATE users SET full_name = 'A', is_active = true, is_superuser = false, hashed_password = '';
                UPDATE agents SET agent_type = 'custom', status = 'draft', name = 'A', description = 'A',
                    system_prompt = 'A', config = '{}', updated_at = created_at
                """)
            #expect(try application.conversion.plan(ConversionRules()).findings.map(\.what) == [])
        }
    }

    @Test("It says how many users and agents each tenant of the map gets, and which of its lines fit nobody")
    func tenantMap() async throws {
        try await LegacyApplication.with(users: 3, agents: 6) { application in
            let map = try rules((.tenant, "user2@example.com", "acme"), (.tenant, "nowhere.example", "acme"))
            let texts = try application.conversion.plan(map).findings.map { "\($0.count) \($0.what) \($0.rule)" }
            #expect(texts.contains { $0.contains("1 users, with 2 agents") && $0.contains("tenant acme") }, "\(texts)")
            #expect(
                texts.contains { $0.contains("0 users for the line \"nowhere.example\" of the tenant map are there") })
        }
    }

    @Test(
        "It says what stands in the way, and then a run changes nothing",
        arguments: [
            ("CREATE TABLE tokens (id integer)", "public.tokens is there already"),
            ("ALTER TABLE agents DROP COLUMN config", "agents.config is not there"),
            ("ALTER TABLE agents ALTER COLUMN config TYPE text", "agents.config is text"),
            (
                "ALTER TABLE agents ADD COLUMN extra text NOT NULL DEFAULT ''; "
                    + "ALTER TABLE agents ALTER extra DROP DEFAULT",
                "agents.extra must not be null"
            ),
            ("ALTER TABLE agents DROP CONSTRAINT agents_pkey", "agents has no key on its id alone"),
        ])
    func obstacle(_ change: String, _ words: String) async throws {
        try await LegacyApplication.with(users: 3, agents: 6) { application in
            try application.execute(change)
            let plan = try application.conversion.plan(ConversionRules())
            #expect(plan.obstacles.contains { $0.contains(words) }, "\(plan.obstacles)")
            let before = try application.database.catalogue()
            #expect {
                try application.convert()
            } throws: { error in
                "\(error)".contains(words) && "\(error)".contains("Nothing was changed")
            }
            #expect(try application.database.catalogue() == before)
        }
    }

    @Test("A database without an application is told so")
    func otherDatabase() async throws {
        for migrated in [true, false] {
            try await TestDatabase.with(migrated: migrated) { database in
                let conversion = Conversion(
                    ownerConninfo: database.owner, defaultTenantSlug: "default", rowLevelSecurity: true)
                #expect {
                    _ = try conversion.plan(ConversionRules())
                } throws: { "\($0)".contains("There is nothing to convert") }
            }
        }
    }
}
