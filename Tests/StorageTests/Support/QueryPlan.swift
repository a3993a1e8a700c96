import Testing

internal import AgentdCore
internal import Postgres
internal import Storage
internal import TestSupport

/// How PostgreSQL plans a statement of ours, taken from a connection that has prepared it.
struct QueryPlan: CustomStringConvertible {
    static let customAndGeneric = ["force_custom_plan", "force_generic_plan"]

    let description: String
    private let statement: String

    /// The plan that `agentd_app` gets for the statement that `run` runs in a tenant.
    /// - Parameters:
    ///   - mode: Of `customAndGeneric`.
    ///   - arguments: The values of the statement's parameters, as SQL.
    init(
        _ database: TestDatabase, tenantID: String, mode: String, arguments: String,
        run: @escaping @Sendable (TenantSession) async throws -> Void
    ) async throws {
        let id = TenantID(try #require(UUIDValue(tenantID)))
        let principal = Principal(
            tenant: TenantProfile(id: id), userID: 1, role: .member, userIsActive: true, tokenID: "test")
        let statement = try await Self.prepared(database.application) { database in
            try await run(database.tenantSession(for: Caller(principal: principal), callID: "test", deadline: .never))
        }
        self.statement = statement.text
        description = try Self.explained(
            statement, database.application, mode, arguments, "SET LOCAL app.current_tenant_id = '\(tenantID)'")
    }

    /// The plan that `agentd_platform` gets for the statement that `run` runs.
    init(
        ofPlatform database: TestDatabase, mode: String, arguments: String,
        run: @escaping @Sendable (PlatformSession) async throws -> Void
    ) async throws {
        let statement = try await Self.prepared(database.platform) { database in
            try await run(database.platformSession(deadline: .never))
        }
        self.statement = statement.text
        description = try Self.explained(statement, database.platform, mode, arguments, "")
    }

    /// - Parameters:
    ///   - conninfo: Of the role that runs it.
    ///   - setting: What the transaction begins with.
    ///   - options: Of `EXPLAIN`, besides `VERBOSE`.
    static func explained(
        _ statement: PreparedStatements.Found, _ conninfo: String, _ mode: String, _ arguments: String,
        _ setting: String, options: String = "COSTS OFF"
    ) throws -> String {
        let connection = try ScriptConnection(conninfo: conninfo)
        let types = list(statement.types.joined(separator: ", "))
        try connection.execute("SET plan_cache_mode = \(mode); PREPARE tested \(types) AS \(statement.text)")
        try connection.execute("BEGIN; \(setting)")
        let lines = try connection.rows("EXPLAIN (VERBOSE, \(options)) EXECUTE tested \(list(arguments))")
        return lines.compactMap { $0[0] }.joined(separator: "\n")
    }

    private static func list(_ items: String) -> String { items.isEmpty ? "" : "(\(items))" }

    /// - Parameter conninfo: Of the role that runs it.
    private static func prepared(
        _ conninfo: String, _ run: @escaping @Sendable (Database) async throws -> Void
    ) async throws -> PreparedStatements.Found {
        try await TestLoop.with { loop in
            var configuration = PostgresPool.Configuration(conninfo: conninfo)
            configuration.connections = 1
            return try await loop.withPool(configuration) { pool in
                try await loop.run {
                    try await run(Database(tenantPool: pool, platformPool: pool))
                    let prepared = try await PreparedStatements.found(on: pool)
                    return try #require(prepared.last)
                }
            }
        }
    }

    /// Expects that rows are found by an index, and that the tenant's setting is read once.
    func expect(using index: String, sourceLocation: SourceLocation = #_sourceLocation) {
        let isUsed = ["using \(index) ", "Bitmap Index Scan on \(index)"].contains { description.contains($0) }
        #expect(isUsed, "\(self)", sourceLocation: sourceLocation)
        #expect(!description.contains("Seq Scan"), "\(self)", sourceLocation: sourceLocation)
        // The setting is read once for the query, and no condition on rows calls for it.
        #expect(description.contains("InitPlan"), "\(self)", sourceLocation: sourceLocation)
        let conditions = description.split(separator: "\n").filter { $0.contains("Filter:") || $0.contains("Cond:") }
        #expect(!conditions.isEmpty, sourceLocation: sourceLocation)
        #expect(conditions.allSatisfy { !$0.contains("current_") }, "\(self)", sourceLocation: sourceLocation)
    }

    /// Expects that rows come in the order of the index.
    func expectUnsorted(sourceLocation: SourceLocation = #_sourceLocation) {
        let keys = description.split(separator: "\n").filter { $0.contains("Sort Key:") && !$0.contains("place") }
        #expect(keys.isEmpty, "\(self)", sourceLocation: sourceLocation)
    }

    /// Expects that the statement sets its tenant in what PostgreSQL computes before it asks for the first row: in the
    /// OFFSET of all of it, which a plan does not show.
    func expectSettingBeforeRows(sourceLocation: SourceLocation = #_sourceLocation) {
        let tail = statement.split(separator: " OFFSET (").last ?? ""
        #expect(tail.contains("set_config('app.current_tenant_id', $"), "\(statement)", sourceLocation: sourceLocation)
        #expect(description.hasPrefix("Limit"), "\(self)", sourceLocation: sourceLocation)
        #expect(!description.contains("set_config"), "\(self)", sourceLocation: sourceLocation)
    }
}
