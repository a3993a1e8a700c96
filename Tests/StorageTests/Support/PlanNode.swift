internal import Foundation

/// A node of a plan, as `EXPLAIN (VERBOSE, FORMAT JSON)` shows it.
struct PlanNode: Decodable, Sendable {
    private struct Explained: Decodable {
        let plan: PlanNode

        enum CodingKeys: String, CodingKey { case plan = "Plan" }
    }

    let type: String
    let table: String?
    let index: String?
    let output: [String]?
    let indexCondition: String?
    let filter: String?
    let sortKeys: [String]?
    let relationship: String?
    let children: [PlanNode]?

    enum CodingKeys: String, CodingKey {
        case type = "Node Type"
        case table = "Relation Name"
        case index = "Index Name"
        case output = "Output"
        case indexCondition = "Index Cond"
        case filter = "Filter"
        case sortKeys = "Sort Key"
        case relationship = "Parent Relationship"
        case children = "Plans"
    }

    /// The top of a plan.
    static func top(ofJSON text: String) throws -> PlanNode? {
        try JSONDecoder().decode([Explained].self, from: Data(text.utf8)).first?.plan
    }

    /// Itself and all below it.
    var all: [PlanNode] { [self] + (children ?? []).flatMap(\.all) }

    /// Whether it reads a table from end to end, in the order of the heap or in that of an index.
    var readsWholeTable: Bool {
        switch type {
        case "Seq Scan": true
        case "Index Scan", "Index Only Scan", "Bitmap Index Scan": indexCondition == nil
        default: false
        }
    }

    /// Whether what it reads begins with the key of one tenant.
    var isOfOneTenant: Bool {
        // The id of a key is that of one key, of whichever tenant.
        guard index != nil, index != "tokens_id_idx" else { return true }
        let column = table == "tenants" || index?.hasPrefix("tenants_") == true ? "id" : "tenant_id"
        return indexCondition?.contains("\(column) = ") ?? false
    }

    /// Whether it asks for the tenant of the transaction.
    var readsTenantSetting: Bool { ([filter, indexCondition] + (output ?? [])).contains(where: Self.isTenantSetting) }

    /// Whether it asks for that once for each row.
    var readsTenantSettingForRows: Bool { [filter, indexCondition].contains(where: Self.isTenantSetting) }

    private static func isTenantSetting(_ expression: String?) -> Bool {
        guard let expression else { return false }
        return expression.contains("app.current_tenant_id") || expression.contains("current_tenant_id()")
    }
}
