import Testing

internal import AgentdCore
internal import Foundation
internal import Postgres
internal import Storage
internal import TestSupport

/// The plan of each statement that the daemon sends, among 200,000 agents of 1,000 tenants: the generic one, and those
/// for a usual tenant and for the largest.
@Suite("Plans of all statements", .timeLimit(.minutes(10)))
struct StatementPlanTests {
    private static let anyTenant = TenantID(UUIDValue(high: 0, low: 0))

    @Test("Every statement finds its rows by an index, and asks only once which tenant it is for")
    func plans() async throws {
        try await ManyRows.with { rows in
            let cases = PlanCases(
                tenant: TenantID(try #require(UUIDValue(rows.usual.id))), number: rows.usual.number)
            for test in cases.all {
                let prepared = try await Self.prepared(by: test, of: cases.caller, rows.database)
                #expect(!prepared.isEmpty, "\(test) sends nothing.")
                for statement in prepared { try Self.check(statement, of: test, in: rows) }
            }
            try Self.checkPurgeOfAuditEvents(rows)
        }
    }

    private static func check(_ statement: PreparedStatements.Found, of test: PlanCase, in rows: ManyRows) throws {
        // What a usual tenant has is read in any order soon enough.
        for (mode, tenant, hasMany) in [
            ("force_generic_plan", rows.usual, true), ("force_custom_plan", rows.largest, true),
            ("force_custom_plan", rows.usual, false),
        ] {
            let plan = try StatementPlan(of: statement, in: test, rows.database, tenant: tenant, mode)
            for finding in plan.findings(expecting: test, hasMany: hasMany) {
                Issue.record("\(test) (\(statement.name), \(mode)): \(finding)\n\(plan)")
            }
        }
    }

    /// The plan of the statement within the function, which runs as the owner of the tables.
    private static func checkPurgeOfAuditEvents(_ rows: ManyRows) throws {
        let test = PlanCase(
            platform: "purge audit events", PurgeAuditEventsStatement(),
            ["audit_events_tenant_time_idx", "audit_events_pkey"], whole: ["tenants"])
        let source = try rows.database.rows("SELECT prosrc FROM pg_proc WHERE proname = 'purge_audit_events'")
        let text = try #require(source.first?.first ?? nil).replacing("maximum", with: "$1")
        let plan = try StatementPlan(
            of: PreparedStatements.Found(name: "purge_audit_events", text: text, types: ["integer"]), "1000",
            as: rows.database.owner, "force_generic_plan", "SET LOCAL ROLE agentd_owner")
        for finding in plan.findings(expecting: test, hasMany: true) {
            Issue.record("\(test), within the function: \(finding)\n\(plan)")
        }
    }

    @Test("No statement is left out")
    func completeness() throws {
        let source = URL(filePath: TestEnvironment.repository).appending(path: "Sources/Storage")
        let files = try #require(FileManager.default.enumerator(at: source, includingPropertiesForKeys: nil))
        var declared: Set<String> = []
        for case let file as URL in files where file.pathExtension == "swift" {
            let text = try String(contentsOf: file, encoding: .utf8)
            for match in text.matches(of: /struct (\w+): (?:TenantLookUp|(?:Tenant|Platform|Purge)Statement)\b/) {
                declared.insert(String(match.1))
            }
        }
        #expect(!declared.isEmpty)
        #expect(declared == Set(PlanCases(tenant: Self.anyTenant, number: 7).all.map(\.typeName)))
    }

    /// What a statement sends on a connection of its own.
    private static func prepared(
        by test: PlanCase, of caller: Caller, _ database: TestDatabase
    ) async throws -> [PreparedStatements.Found] {
        try await TestLoop.with { loop in
            var configuration = PostgresPool.Configuration(conninfo: test.conninfo(database))
            configuration.connections = 1
            return try await loop.withPool(configuration) { pool in
                try await loop.run {
                    try await test.run(in: Database(tenantPool: pool, platformPool: pool), of: caller)
                    return try await PreparedStatements.found(on: pool)
                }
            }
        }
    }
}
