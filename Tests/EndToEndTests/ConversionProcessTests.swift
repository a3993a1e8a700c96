import Testing

internal import Foundation
internal import Glibc
internal import TestSupport

@Suite("agentd convert", .timeLimit(.minutes(5)))
struct ConversionProcessTests {
    /// When a converter is killed.
    struct Moment: CustomTestStringConvertible, Sendable {
        let testDescription: String
        /// True when it is time, of `agentd_conversion.steps`.
        let condition: String

        static func done(_ count: Int) -> Moment {
            Moment(
                testDescription: "after step \(count)",
                condition: "(SELECT count(*) FROM agentd_conversion.steps WHERE state = 'done') >= \(count)")
        }

        static func rows(_ step: String, _ count: Int) -> Moment {
            Moment(
                testDescription: "in \(step) at \(count) rows",
                condition: "(SELECT rows FROM agentd_conversion.steps WHERE name = '\(step)') >= \(count)")
        }
    }

    private static let moments =
        (1...14).map(Moment.done)
        + [
            .rows("copy-users", 10), .rows("copy-agents", 40), .rows("copy-agents", 160), .rows("compare-agents", 80),
            .rows("split", 2),
        ]

    @Test("Killed at any moment and run again, it ends with the same schema and data", arguments: moments)
    func killed(_ moment: Moment) async throws {
        try await TemporaryFolder.with { folder in
            let map = try Self.file(
                "user,tenant\nexample.com,default\nuser2@example.com,acme\nuser3@example.com,acme\n"
                    + "user4@example.com,acme\nuser5@example.com,acme\n", in: folder)
            try await LegacyApplication.with(users: 20, agents: 200) { application in
                let arguments = ["convert", "--max-rate", "400", "--tenant-map", map]
                let program = try Program.start("agentd", arguments, environment: application.environment)
                try await waitUntil { program.exitCode != nil || Self.isTrue(moment.condition, application) }
                program.signal(SIGKILL)
                _ = await program.waitForExit()
                let exit = try await Program.run("agentd", ["convert"], environment: application.environment)
                #expect(exit.code == 0, "\(exit.log)")
                let expected = try await Self.uninterrupted.value
                let found = try Self.result(application)
                #expect(found.difference(from: expected).isEmpty, "\(found.difference(from: expected))")
                try await application.conversionIsIsolated()
            }
        }
    }

    @Test("Two at once: one works, and the other one says so")
    func two() async throws {
        try await LegacyApplication.with { application in
            let first = try Program.start(
                "agentd", ["convert", "--max-rate", "100"], environment: application.environment)
            try await waitUntil { Self.isTrue(Moment.rows("copy-users", 10).condition, application) }
            let second = try await Program.run("agentd", ["convert"], environment: application.environment)
            #expect(second.code == 69)
            #expect(second.log.contains("Another agentd convert works on this database (process "))
            let status = try await Program.run("agentd", ["convert", "--status"], environment: application.environment)
            #expect(status.output.contains("A converter works on it"))
            #expect(await first.waitForExit() == 0)
            #expect(first.standardOutput.contains("agents: 200 rows before, 200 after"))
        }
    }

    @Test("Ctrl-C stops it after a batch, and the next run goes on there")
    func interrupted() async throws {
        try await LegacyApplication.with { application in
            let program = try Program.start(
                "agentd", ["convert", "--max-rate", "100"], environment: application.environment)
            try await waitUntil { Self.isTrue(Moment.rows("copy-agents", 20).condition, application) }
            program.signal(SIGINT)
            #expect(await program.waitForExit() == 75)
            #expect(program.standardError.contains("run `agentd convert` again"))
            let again = try await Program.run("agentd", ["convert"], environment: application.environment)
            #expect(again.code == 0)
            #expect(again.output.contains("done before: Copy the users"))
        }
    }

    @Test("Plan, run, status, rollback and finish say what is, and what to do next")
    func texts() async throws {
        try await LegacyApplication.with { application in
            func run(_ arguments: String...) async throws -> Daemon.Exit {
                try await Program.run("agentd", ["convert"] + arguments, environment: application.environment)
            }
            let plan = try await run("--plan")
            for words in ["\"sales_bot\" become custom", "LOCK TABLE public.users", "lock: ACCESS EXCLUSIVE", "time: "]
            {
                #expect(plan.output.contains(words))
            }
            #expect(try await run("--status").output == "No conversion is under way on this database.\n")
            let report = try await run("--unknown-type", "research")
            #expect(report.output.contains("25 agents with the type \"sales_bot\" become research"))
            #expect(report.output.contains("default: 20 users, 200 agents"))
            #expect(try await run("--status").output.contains("It is complete."))
            #expect(try await run("--rollback").code == 0)
            #expect(try await run("--rollback").code == 78)
            #expect(try await run("--unknown-type", "robot").log.contains("--unknown-type: it is one of"))
            #expect(try await run().code == 0)
            #expect(try await run("--finish").log.contains("Pass --yes to go ahead"))
            #expect(try await run("--finish", "--yes").code == 0)
            #expect(try await run().log.contains("There is nothing to convert"))
        }
    }

    // MARK: What is compared

    private static func file(_ text: String, in folder: String) throws -> String {
        let path = "\(folder)/map.csv"
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    private static func isTrue(_ condition: String, _ application: LegacyApplication) -> Bool {
        // The table is not there from the beginning.
        (try? application.database.rows("SELECT \(condition)")) == [["t"]]
    }

    /// Of a conversion that nobody killed.
    private static let uninterrupted = Task {
        try await LegacyApplication.with(users: 20, agents: 200) { application in
            try await TemporaryFolder.with { folder in
                let map = try file((2...5).map { "user\($0)@example.com,acme\n" }.joined(), in: folder)
                let exit = try await Program.run(
                    "agentd", ["convert", "--tenant-map", map], environment: application.environment)
                #expect(exit.code == 0, "\(exit.log)")
                return try result(application)
            }
        }
    }

    /// The schema without what is of one run (ids of tenants, names of roles, the time), and the rows by their tenants'
    /// slugs. Who moved has as many revisions as moves, and no move is lost or done twice.
    private static func result(_ application: LegacyApplication) throws -> [String] {
        let tenant = try application.database.rows("SELECT id FROM tenants WHERE slug = 'default'")[0][0] ?? ""
        let begun = try application.database.rows("SELECT value FROM agentd_conversion.decisions WHERE name = 'begun'")
        let schema = try application.database.catalogue().map { line in
            line.replacing(tenant, with: "TENANT").replacing(application.role, with: "ROLE")
                .replacing(begun[0][0] ?? "", with: "BEGUN")
        }
        let rows =
            try application.database.rows(
                """
                SELECT t.slug || (to_jsonb(a) - 'tenant_id')::text || a.config::text FROM public.agents AS a
                    JOIN tenants AS t ON t.id = a.tenant_id ORDER BY a.id
                """)
            + application.database.rows(
                """
                SELECT t.slug || t.state || (to_jsonb(u) - 'tenant_id' - 'update_time')::text FROM public.users AS u
                    JOIN tenants AS t ON t.id = u.tenant_id ORDER BY u.id
                """)
            + application.database.rows(
                """
                SELECT concat_ws(' ', t.slug, c.status, sum(c.agents)) FROM (
                        SELECT tenant_id, key AS status, agents FROM agent_counts WHERE dimension = 'status'
                        UNION ALL SELECT tenant_id, status, agents FROM agent_count_deltas) AS c
                    JOIN tenants AS t ON t.id = c.tenant_id GROUP BY t.slug, c.status ORDER BY 1
                """)
            + application.database.rows("SELECT action || object_type FROM audit_events ORDER BY 1")
        return schema.sorted() + rows.compactMap { $0[0] } + (try application.contents().compactMap { $0[1] })
    }
}
