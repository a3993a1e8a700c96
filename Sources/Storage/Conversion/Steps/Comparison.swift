/// Compares the next rows of both sides in one statement, which sees both as they are at one moment.
struct Comparison: Sendable {
    let singular: String
    let context: ConversionContext

    /// Agents come after their owners.
    var isLast: Bool { isAgent }

    var stepName: String { "compare-\(singular)s" }

    /// Answers the last id, whether it was the end, then rows and checksum of the application and of agentd, and the
    /// ids of rows that differ.
    /// - Parameter limit: The most rows, as SQL.
    func sql(limit: String) -> String {
        let table = "\(context.home).\(singular)s"
        return """
            WITH step AS (SELECT coalesce(reached, -9223372036854775808) AS reached
                FROM agentd_conversion.steps WHERE name = '\(stepName)'),
            ids AS (SELECT id FROM \(table) WHERE id > (SELECT reached FROM step) ORDER BY id LIMIT \(limit)),
            range AS (SELECT reached, CASE WHEN (SELECT count(*) FROM ids) < \(limit) THEN 9223372036854775807
                ELSE (SELECT max(id) FROM ids) END AS upper FROM step),
            legacy AS MATERIALIZED (
                SELECT l.id::bigint AS id, \(keptByApplication) AS kept, \(expected) AS content, \(address) AS address,
                    \(duplicate) AS duplicate
                FROM \(table) AS l, range AS r WHERE l.id > r.reached AND l.id <= r.upper
            ),
            fresh AS MATERIALIZED (
                SELECT a.id, \(keptByAgentd) AS kept, \(found) AS content, \(foundAddress) AS address
                FROM public.\(singular)s AS a, range AS r
                WHERE a.tenant_id = \(context.tenant) AND a.id > r.reached AND a.id <= r.upper
                    AND a.delete_time IS NULL
            )
            SELECT (SELECT upper FROM range), (SELECT upper = 9223372036854775807 FROM range), count(l.id),
                coalesce(sum(hashtextextended(l.kept, 0)::numeric), 0), count(f.id),
                coalesce(sum(hashtextextended(f.kept, 0)::numeric), 0),
                array_to_string(array_agg(coalesce(l.id, f.id)) FILTER (WHERE l.content IS DISTINCT FROM f.content
                    OR f.address NOT IN (l.address, l.duplicate)), ',')
            FROM legacy AS l FULL JOIN fresh AS f ON f.id = l.id
            """
    }

    /// Brings rows to what the application says.
    func repair(_ ids: [String]) -> String {
        ids.map { "SELECT agentd_conversion.repair_\(singular)(\($0));" }.joined(separator: "\n")
    }

    private var isAgent: Bool { singular == "agent" }
    private var columns: [RowMapping.Column] {
        isAgent
            ? context.mapping.agentColumns + [("update_time", context.mapping.updateTime)]
            : context.mapping.userColumns
    }

    private var expected: String {
        row { $0.name == "config" ? "(\($0.expression))::text" : $0.expression }
    }
    private var found: String { row { $0.name == "config" ? "a.config::text" : "a.\($0.name)" } }

    /// Both sides as texts, since json has no equality.
    private func row(_ value: (RowMapping.Column) -> String) -> String {
        "ROW(\(columns.map(value).joined(separator: ", ")))::text"
    }

    private var address: String { isAgent ? "''" : context.mapping.email }
    private var duplicate: String { isAgent ? "''" : RowMapping.duplicate(of: "(\(context.mapping.email))") }
    private var foundAddress: String { isAgent ? "''" : "a.email" }

    /// What stays as it is, byte for byte.
    private var keptByApplication: String {
        isAgent
            ? "ROW(l.id, l.owner_id, coalesce(l.is_public, false), coalesce(l.system_prompt, ''))::text"
            : "ROW(l.id, coalesce(l.full_name, ''))::text"
    }
    private var keptByAgentd: String {
        isAgent ? "ROW(a.id, a.owner_id, a.is_public, a.system_prompt)::text" : "ROW(a.id, a.display_name)::text"
    }
}
