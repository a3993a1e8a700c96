internal import Postgres

/// What in the data of an application needs a decision.
enum Findings {
    /// So many values are named one by one.
    private static let named = 50

    /// Types and statuses that do not stay as they are, with the number of agents that have each.
    static func mappings(
        _ connection: borrowing ScriptConnection, _ mapping: RowMapping
    ) throws -> [(kind: String, from: String, to: String, rows: String)] {
        let rows = try connection.rows(
            """
            SELECT 'type', l.agent_type, \(mapping.agentType), count(*) FROM \(mapping.schema).agents AS l
            WHERE l.agent_type <> \(mapping.agentType) GROUP BY 2, 3
            UNION ALL
            SELECT 'status', coalesce(l.status, ''), \(mapping.status), count(*) FROM \(mapping.schema).agents AS l
            WHERE l.status IS DISTINCT FROM \(mapping.status) GROUP BY 2, 3
            ORDER BY 1 DESC, 4 DESC, 2 LIMIT \(named)
            """)
        return rows.map { ($0[0] ?? "", $0[1] ?? "", $0[2] ?? "", $0[3] ?? "") }
    }

    /// All of them, each only where there is one.
    static func all(
        _ connection: borrowing ScriptConnection, _ mapping: RowMapping, tenantSlug: String
    ) throws -> [ConversionPlan.Finding] {
        var findings = try mappings(connection, mapping).map { found in
            let isNull = found.from.isEmpty
            return ConversionPlan.Finding(
                what: "agents with the \(found.kind) \(isNull ? "NULL or empty" : "\"\(found.from)\"")",
                count: found.rows, rule: "become \(found.to)",
                change: "a line \(found.kind == "type" ? "agent_type" : "status"),\(found.from),NEW of --mapping"
                    + (found.to == mapping.rules[found.kind == "type" ? .unknownType : .unknownStatus]
                        ? ", or --unknown-\(found.kind) for all unknown" : ""))
        }
        findings += try duplicates(connection, mapping)
        findings += try counted(connection, "users", users(mapping))
        findings += try counted(connection, "agents", agents(mapping))
        findings += try unused(connection, mapping)
        findings += try tenants(connection, mapping, tenantSlug)
        return findings
    }

    private struct Question {
        let what: String
        let condition: String
        let rule: String
        let change: String
    }

    private static func counted(
        _ connection: borrowing ScriptConnection, _ table: String, _ asked: (from: String, [Question])
    ) throws -> [ConversionPlan.Finding] {
        let counts = asked.1.map { "count(*) FILTER (WHERE \($0.condition))" }.joined(separator: ",\n")
        let row = try connection.rows("SELECT \(counts) FROM \(asked.from)").first ?? []
        return zip(asked.1, row).filter { $1 != "0" }.map { question, count in
            ConversionPlan.Finding(
                what: "\(table) \(question.what)", count: count ?? "", rule: question.rule, change: question.change)
        }
    }

    private static let untimely = "NOT BETWEEN timestamp '0001-01-02' AND timestamp '9999-12-30'"

    private static func users(_ mapping: RowMapping) -> (String, [Question]) {
        (
            "\(mapping.schema).users AS l",
            [
                Question(
                    what: "with an empty e-mail", condition: "l.email = ''", rule: "get user-ID@invalid",
                    change: "a line email,ID,NEW of --mapping"),
                Question(
                    what: "with an e-mail that is no address",
                    condition: "l.email <> '' AND l.email !~ '^[^@\\s]+@[^@\\s]+$'",
                    rule: "keep it", change: "a line email,ID,NEW of --mapping"),
                Question(
                    what: "without a name", condition: "coalesce(l.full_name, '') = ''",
                    rule: "have an empty display name",
                    change: ""),
                Question(
                    what: "that are inactive", condition: "l.is_active = false",
                    rule: "stay inactive: their keys do not work",
                    change: ""),
                Question(
                    what: "of whom is_active says nothing", condition: "l.is_active IS NULL", rule: "become inactive",
                    change: "an UPDATE before"),
                Question(
                    what: "with is_superuser", condition: "l.is_superuser",
                    rule: "get the role \(mapping.rules[.superusers])",
                    change: "--superusers"),
                Question(
                    what: "without a time of creation, or one outside of the years 1 to 9999",
                    condition: "l.created_at IS NULL OR l.created_at \(untimely)",
                    rule: "get the time of the conversion",
                    change: "an UPDATE before"),
                Question(
                    what: "with a password", condition: "l.hashed_password <> ''",
                    rule: "log in with keys: agentd has no passwords, they stay with the application",
                    change: "`agentctl tokens issue` makes keys"),
            ]
        )
    }

    private static func agents(_ mapping: RowMapping) -> (String, [Question]) {
        (
            "\(mapping.schema).agents AS l JOIN \(mapping.schema).users AS o ON o.id = l.owner_id",
            [
                Question(
                    what: "of inactive owners", condition: "o.is_active IS NOT TRUE",
                    rule: mapping.rules[.inactiveOwners] == "keep" ? "stay as they are" : "become archived",
                    change: "--inactive-owners keep|archive"),
                Question(
                    what: "with an empty name", condition: "l.name = ''",
                    rule: "are called \"\(mapping.rules[.emptyName])\"", change: "--empty-name"),
                Question(
                    what: "without a description", condition: "l.description IS NULL", rule: "get an empty one",
                    change: ""),
                Question(
                    what: "without a prompt", condition: "l.system_prompt IS NULL", rule: "get an empty one", change: ""
                ),
                Question(
                    what: "without a configuration",
                    condition: "l.config IS NULL OR json_typeof(l.config::json) = 'null'",
                    rule: "get {}", change: ""),
                Question(
                    what: "whose configuration is no JSON object",
                    condition: "json_typeof(l.config::json) NOT IN ('object', 'null')",
                    rule: mapping.rules[.otherConfig] == "wrap" ? "get {\"value\": it}" : "get {}",
                    change: "--other-config wrap|empty"),
                Question(
                    what: "of which is_public says nothing", condition: "l.is_public IS NULL", rule: "become private",
                    change: "an UPDATE before"),
                Question(
                    what: "never updated", condition: "l.updated_at IS NULL",
                    rule: "have the time of their creation as that of their update", change: ""),
                Question(
                    what: "without a time of creation, or one outside of the years 1 to 9999",
                    condition: "l.created_at IS NULL OR l.created_at \(untimely)",
                    rule: "get that of their update, or else that of the conversion", change: "an UPDATE before"),
            ]
        )
    }

    private static func duplicates(
        _ connection: borrowing ScriptConnection, _ mapping: RowMapping
    ) throws -> [ConversionPlan.Finding] {
        let rows = try connection.rows(
            """
            SELECT address, count(*) - 1, string_agg(id::text, ', ' ORDER BY id), min(id)
            FROM (SELECT l.id, lower(\(mapping.email)) AS address FROM \(mapping.schema).users AS l) AS users
            GROUP BY address HAVING count(*) > 1 ORDER BY min(id) LIMIT \(named)
            """)
        return rows.map { row in
            ConversionPlan.Finding(
                what:
                    "users who share the e-mail \"\(row[0] ?? "")\" with another but for its case "
                    + "(ids \(row[2] ?? ""))",
                count: row[1] ?? "",
                rule: "user \(row[3] ?? "") keeps it; the others get +duplicate-ID in front of the \"@\"",
                change: "a line email,ID,NEW of --mapping")
        }
    }

    /// Lines of the mapping file that no row needs: perhaps they are mistyped.
    private static func unused(
        _ connection: borrowing ScriptConnection, _ mapping: RowMapping
    ) throws -> [ConversionPlan.Finding] {
        let kinds: [(ConversionRules.Kind, table: String, value: String)] = [
            (.agentType, "agents", "l.agent_type::text"), (.status, "agents", "coalesce(l.status::text, '')"),
            (.email, "users", "l.id::text"),
        ]
        return try kinds.flatMap { kind, table, value -> [ConversionPlan.Finding] in
            let names = mapping.rules.entries(kind).map { "(\(SQLText.literal($0.from)))" }
            guard !names.isEmpty else { return [] }
            let rows = try connection.rows(
                """
                SELECT name FROM (VALUES \(names.joined(separator: ", "))) AS map (name)
                WHERE name NOT IN (SELECT \(value) FROM \(mapping.schema).\(table) AS l) ORDER BY name LIMIT \(named)
                """)
            return rows.map { row in
                ConversionPlan.Finding(
                    what: "\(table) for the line \(kind.rawValue),\(row[0] ?? "") of the mapping", count: "0",
                    rule: "are there: the line does nothing", change: "--mapping")
            }
        }
    }

    private static func tenants(
        _ connection: borrowing ScriptConnection, _ mapping: RowMapping, _ slug: String
    ) throws -> [ConversionPlan.Finding] {
        guard !mapping.rules.entries(.tenant).isEmpty else { return [] }
        let rows = try connection.rows(
            """
            WITH map (key, slug) AS (VALUES \(TenantSplit.entries(mapping.rules))),
            users AS (SELECT l.id, \(mapping.email) AS email FROM \(mapping.schema).users AS l),
            owners AS (SELECT id, \(TenantSplit.slug(of: "users.email")) AS slug FROM users)
            SELECT coalesce(slug, \(SQLText.literal(slug))), count(*),
                sum((SELECT count(*) FROM \(mapping.schema).agents AS a WHERE a.owner_id = owners.id))
            FROM owners GROUP BY 1 ORDER BY 1
            """)
        let unmatched = try connection.rows(
            """
            WITH map (key, slug) AS (VALUES \(TenantSplit.entries(mapping.rules))),
            addresses AS (SELECT lower(\(mapping.email)) AS email FROM \(mapping.schema).users AS l)
            SELECT key FROM map WHERE NOT EXISTS (SELECT FROM addresses WHERE email = key)
                AND NOT EXISTS (SELECT FROM addresses WHERE split_part(email, '@', 2) = key) ORDER BY key LIMIT \(named)
            """)
        return rows.map { row in
            ConversionPlan.Finding(
                what: "users, with \(row[2] ?? "0") agents, by the tenant map", count: row[1] ?? "",
                rule: "belong to the tenant \(row[0] ?? "")", change: "--tenant-map")
        }
            + unmatched.map { row in
                ConversionPlan.Finding(
                    what: "users for the line \"\(row[0] ?? "")\" of the tenant map", count: "0",
                    rule: "are there: the line does nothing", change: "--tenant-map")
            }
    }
}
