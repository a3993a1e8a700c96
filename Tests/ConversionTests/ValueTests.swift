import Testing

internal import Storage
internal import TestSupport

@Suite("What becomes of the application's values", .timeLimit(.minutes(3)))
struct ValueTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let testDescription: String
        /// What is done to agent 1 and its owner before.
        let change: String
        let rules: [(ConversionRules.Kind, String, String)]
        /// What is asked afterwards, of public.agents a and public.users u.
        let expression: String
        let expected: String?

        init(
            _ title: String, _ change: String, _ expression: String, _ expected: String?,
            _ rules: (ConversionRules.Kind, String, String)...
        ) {
            testDescription = title
            self.change = change
            self.expression = expression
            self.expected = expected
            self.rules = rules
        }
    }

    @Test("Each has its rule, and the operator may decide otherwise", arguments: cases)
    func rule(_ example: Case) async throws {
        try await LegacyApplication.with(users: 5, agents: 5) { application in
            try application.execute(example.change)
            var decided = ConversionRules()
            for rule in example.rules { try decided.decide(rule.0, rule.1, rule.2) }
            try application.convert(decided)
            let found = try application.database.rows(
                """
                SELECT (\(example.expression))::text FROM public.agents AS a
                    JOIN public.users AS u ON u.id = a.owner_id WHERE a.id = 1
                """)
            #expect(found == [[example.expected]])
        }
    }

    private static func agent(_ change: String) -> String { "UPDATE agents SET \(change) WHERE id = 1" }
    private static func owner(_ change: String) -> String {
        "UPDATE users SET \(change) WHERE id = (SELECT owner_id FROM agents WHERE id = 1)"
    }

    static let cases = [
        Case("a known type", agent("agent_type = 'research'"), "a.agent_type", "research"),
        Case("a type in other letters", agent("agent_type = ' Code-Assistant '"), "a.agent_type", "code_assistant"),
        Case("an unknown type", agent("agent_type = 'sales_bot'"), "a.agent_type", "custom"),
        Case(
            "an unknown type, decided for all", agent("agent_type = 'sales_bot'"), "a.agent_type", "workflow",
            (.option, "unknown_type", "workflow")),
        Case(
            "a type of the mapping", agent("agent_type = 'It''s mine'"), "a.agent_type", "research",
            (.agentType, "It's mine", "research")),
        Case("a status in other letters", agent("status = 'PAUSED'"), "a.status", "paused"),
        Case("a status of NULL", agent("status = NULL"), "a.status", "draft"),
        Case(
            "a status of NULL in the mapping", agent("status = NULL"), "a.status", "archived",
            (.status, "", "archived")),
        Case("an unknown status", agent("status = 'live'"), "a.status", "draft"),
        Case(
            "an unknown status, decided for all", agent("status = 'live'"), "a.status", "active",
            (.option, "unknown_status", "active")),
        Case("an empty name", agent("name = ''"), "a.name", "Agent 1"),
        Case(
            "an empty name with a text of its own", agent("name = ''"), "a.name", "No. 1, unnamed",
            (.option, "empty_name", "No. {id}, unnamed")),
        Case("no description", agent("description = NULL"), "a.description", ""),
        Case("no prompt", agent("system_prompt = NULL"), "a.system_prompt", ""),
        Case("no configuration", agent("config = NULL"), "a.config", "{}"),
        Case("a configuration of null", agent("config = 'null'"), "a.config", "{}"),
        Case(
            "a configuration, byte for byte", agent("config = '{ \"b\":1,  \"a\" : 2}'"), "a.config",
            "{ \"b\":1,  \"a\" : 2}"),
        Case("a list as configuration", agent("config = '[1, 2]'"), "a.config", "{\"value\" : [1, 2]}"),
        Case(
            "a list as configuration, emptied", agent("config = '[1, 2]'"), "a.config", "{}",
            (.option, "other_config", "empty")),
        Case("a visibility of NULL", agent("is_public = NULL"), "a.is_public", "false"),
        Case(
            "times in UTC", agent("created_at = '2024-07-01 12:00', updated_at = '2024-07-02 12:00'"),
            "(a.create_time, a.update_time) = (timestamptz '2024-07-01 12:00Z', timestamptz '2024-07-02 12:00Z')",
            "true"),
        Case(
            "times in a zone", agent("created_at = '2024-07-01 12:00', updated_at = '2024-12-01 12:00'"),
            "ARRAY[a.create_time, a.update_time] = ARRAY[timestamptz '2024-07-01 10:00Z', '2024-12-01 11:00Z']", "true",
            (.option, "legacy_time_zone", "Europe/Berlin")),
        Case("never updated", agent("updated_at = NULL"), "a.update_time = a.create_time", "true"),
        Case(
            "a time of creation of NULL", agent("created_at = NULL, updated_at = '2024-07-02 12:00'"),
            "a.create_time = timestamptz '2024-07-02 12:00Z'", "true"),
        Case(
            "no time at all", agent("created_at = NULL, updated_at = NULL"),
            "a.create_time > now() - interval '1 hour' AND a.create_time = a.update_time", "true"),
        Case("an endless time", agent("created_at = 'infinity', updated_at = NULL"), "isfinite(a.create_time)", "true"),
        Case("a prompt, byte for byte", agent("system_prompt = E' «x»\\n\\t\\\\ '"), "a.system_prompt", " «x»\n\t\\ "),
        Case("an active owner", owner("is_active = true"), "u.is_active", "true"),
        Case("an inactive owner", owner("is_active = false"), "u.is_active", "false"),
        Case("an owner of whom nothing is said", owner("is_active = NULL"), "u.is_active", "false"),
        Case(
            "the agents of an inactive owner", owner("is_active = false") + ";" + agent("status = 'active'"),
            "a.status",
            "active"),
        Case(
            "the agents of an inactive owner, archived", owner("is_active = false") + ";" + agent("status = 'active'"),
            "a.status", "archived", (.option, "inactive_owners", "archive")),
        Case("an administrator", owner("is_superuser = true"), "u.role", "tenant_admin"),
        Case(
            "an administrator of the system", owner("is_superuser = true"), "u.role", "system_admin",
            (.option, "superusers", "system_admin")),
        Case("somebody else", owner("is_superuser = NULL"), "u.role", "member"),
        Case("no full name", owner("full_name = NULL"), "u.display_name", ""),
        Case("an empty e-mail", owner("email = ''"), "u.email = 'user-' || u.id || '@invalid'", "true"),
        Case(
            "an e-mail of the mapping", agent("owner_id = 2"), "u.email", "new@example.com",
            (.email, "2", "new@example.com")),
        Case(
            "an e-mail that another has in other letters",
            agent("owner_id = 3") + "; UPDATE users SET email = 'USER2@example.com' WHERE id = 3", "u.email",
            "USER2+duplicate-3@example.com"),
        Case("an id", agent("owner_id = 3"), "a.id || ' ' || a.owner_id", "1 3"),
        Case("a revision", agent("owner_id = 3"), "a.revision", "1"),
    ]
}
