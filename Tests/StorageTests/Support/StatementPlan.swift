import Testing

internal import TestSupport

/// How PostgreSQL plans what a `PlanCase` sends.
struct StatementPlan: CustomStringConvertible {
    /// Tables that grow.
    private static let large: Set<String> = [
        "tenants", "users", "agents", "tokens", "audit_events", "request_ids", "agent_counts", "agent_count_deltas",
        "tenant_calls",
    ]

    let description: String
    private let nodes: [PlanNode]

    /// - Parameter tenant: Whom it is for.
    init(
        of statement: PreparedStatements.Found, in test: PlanCase, _ database: TestDatabase, tenant: ManyRows.Tenant,
        _ mode: String
    ) throws {
        let arguments = statement.types.enumerated().map { index, type in
            test.arguments[index + 1] ?? Self.value(of: type, tenant: tenant)
        }
        try self.init(
            of: statement, arguments.joined(separator: ", "), as: test.conninfo(database), mode,
            test.isOfTenant ? "SET LOCAL app.current_tenant_id = '\(tenant.id)'" : "")
    }

    /// - Parameters:
    ///   - arguments: The values of its parameters, as SQL.
    ///   - setting: What its transaction begins with.
    init(
        of statement: PreparedStatements.Found, _ arguments: String, as conninfo: String, _ mode: String,
        _ setting: String
    ) throws {
        func explained(_ options: String) throws -> String {
            try QueryPlan.explained(statement, conninfo, mode, arguments, setting, options: options)
        }
        let top = try PlanNode.top(ofJSON: explained("COSTS OFF, FORMAT JSON"))
        nodes = try #require(top).all
        description = try explained("COSTS ON")
    }

    private static func value(of type: String, tenant: ManyRows.Tenant) -> String {
        switch type {
        case "uuid": "'\(tenant.id)'"
        case "bigint": "\(tenant.number)"
        case "integer": "7"
        case "boolean": "true"
        case "timestamp with time zone": "now() - interval '100 days'"
        case "bytea": "'\\x00'"
        case "json", "text[]", "bigint[]": "'{}'"
        default: "'x'"
        }
    }

    /// What is not as it has to be; nothing when all is.
    /// - Parameter hasMany: Whether there are so many rows that it matters which index serves, and in which order.
    func findings(expecting test: PlanCase, hasMany: Bool) -> [String] {
        let scans = nodes.filter { $0.table.map(Self.large.contains) ?? ($0.index != nil) }
        var findings = scans.filter { node in
            node.readsWholeTable && !test.whole.contains(node.table ?? "")
        }.map { "it reads all of \($0.table ?? $0.index ?? "")" }
        if hasMany {
            let used = Set(nodes.compactMap(\.index))
            findings += test.indexes.filter { !used.contains($0) }.map { "it does not use \($0)" }
            if !test.sorts { findings += sortedKeys.map { "it sorts by \($0)" } }
        }
        return test.isOfTenant ? findings + tenancyFindings(scans) : findings
    }

    /// What it brings into order, besides the rows of a page. Rows of one slug are few.
    private var sortedKeys: [String] {
        nodes.filter { $0.type == "Sort" }.compactMap { $0.sortKeys?.joined(separator: ", ") }
            .filter { !$0.contains("place") }
    }

    /// What would let another tenant in, or ask for the tenant too often.
    private func tenancyFindings(_ scans: [PlanNode]) -> [String] {
        var findings: [String] = []
        findings += scans.filter { !$0.isOfOneTenant }.map { "it reads other tenants in \($0.table ?? "")" }
        let askers = nodes.filter(\.readsTenantSetting)
        if askers.contains(where: { $0.readsTenantSettingForRows || $0.relationship != "InitPlan" }) {
            findings.append("it asks for its tenant once for each row")
        }
        if !scans.isEmpty && askers.isEmpty { findings.append("nothing asks for its tenant") }
        return findings
    }
}
