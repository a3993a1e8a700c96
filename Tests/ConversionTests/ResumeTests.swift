import Testing

internal import Storage
internal import Postgres
internal import TestSupport

@Suite("A conversion that is stopped", .timeLimit(.minutes(5)))
struct ResumeTests {
    @Test("Stopped before any step, it goes on and ends the same", arguments: 1...15)
    func step(_ number: Int) async throws {
        try await LegacyApplication.with { application in
            let before = try application.contents()
            try application.convert(upTo: number)
            #expect(try application.contents() == before)
            let done = try application.conversion.status()?.steps.count { $0.state == "done" } ?? 0
            #expect(done == number - 1)
            let report = try application.convert()
            #expect(report.tables.allSatisfy { $0.isEqual })
            #expect(report.tables.map(\.after.rows) == ["20", "200"])
            try await expectSame(as: application)
        }
    }

    @Test("Run again when it is complete, it finds nothing to do")
    func again() async throws {
        try await LegacyApplication.with { application in
            let first = try application.convert()
            let catalogue = try application.database.catalogue()
            let second = try application.convert()
            #expect(second.tables.map(\.after.checksum) == first.tables.map(\.after.checksum))
            #expect(try application.database.catalogue() == catalogue)
        }
    }

    @Test("It keeps its decisions, and refuses others")
    func decisions() async throws {
        try await LegacyApplication.with { application in
            try application.convert(upTo: 9, try rules((.option, "unknown_type", "research")))
            #expect {
                try application.convert(try rules((.option, "unknown_type", "workflow")))
            } throws: { "\($0)".contains("unknown_type is \"research\", not \"workflow\"") }
            #expect {
                let other = Conversion(
                    ownerConninfo: application.database.owner, defaultTenantSlug: "other", rowLevelSecurity: true)
                _ = try other.run(ConversionRules())
            } throws: { "\($0)".contains("DEFAULT_TENANT_SLUG=default, not other") }
            try application.convert()
            let types = try application.database.rows(
                "SELECT DISTINCT a.agent_type FROM public.agents AS a JOIN \(application.role).agents AS l USING (id) "
                    + "WHERE l.agent_type = 'sales_bot'")
            #expect(types == [["research"]])
        }
    }

    @Test("A second converter says that another one works, and changes nothing")
    func two() async throws {
        try await LegacyApplication.with { application in
            let other = try ScriptConnection(conninfo: application.database.owner)
            _ = try other.rows("SELECT pg_advisory_lock(\(0x63_6F_6E_76_65_72_74))")
            #expect {
                try application.convert()
            } throws: { "\($0)".contains("Another agentd convert works on this database") }
            #expect(try application.conversion.status() == nil)
        }
    }

    @Test("Who holds a table makes it wait and try again, and stays unharmed")
    func heldTable() async throws {
        try await LegacyApplication.with { application in
            let conninfo = application.conninfo
            let holder = try ScriptConnection(conninfo: conninfo)
            try holder.execute("BEGIN; SELECT FROM agents LIMIT 1")
            let conversion = application.conversion
            async let report = onThread { try conversion.run(ConversionRules()) }
            try await waitUntil {
                try application.database.rows(
                    "SELECT to_regclass('agentd_conversion.steps') IS NOT NULL") == [["t"]]
            }
            // Others wait behind the converter for a moment at most.
            for _ in 0..<20 { #expect(try application.rows("SELECT count(*) FROM agents") == [["200"]]) }
            #expect(try conversion.status()?.steps[1].state == "waiting")
            try holder.execute("COMMIT")
            let tables = try await report.tables
            #expect(tables.allSatisfy { $0.isEqual })
        }
    }

    private func expectSame(as application: LegacyApplication) async throws {
        let expected = try await Self.uninterrupted.value
        let found = try Self.data(application)
        #expect(found == expected)
    }

    /// The data of a conversion that nobody stopped.
    private static let uninterrupted = Task {
        try await LegacyApplication.with { application in
            try application.convert()
            return try data(application)
        }
    }

    private static func data(_ application: LegacyApplication) throws -> [[String?]] {
        try application.database.rows(
            """
            SELECT (to_jsonb(a) - 'tenant_id')::text || a.config::text FROM public.agents AS a ORDER BY a.id
            """)
            + application.database.rows("SELECT (to_jsonb(u) - 'tenant_id')::text FROM public.users AS u ORDER BY u.id")
            + application.database.rows(
                """
                SELECT dimension, key, agents, bytes FROM agent_counts ORDER BY 1, 2
                """)
    }
}
