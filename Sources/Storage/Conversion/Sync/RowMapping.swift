/// What a row of the application becomes, column by column, as SQL over a row `l`. One text for all who need it: the
/// plan, the batches, the triggers and the comparison at the end.
struct RowMapping: Sendable {
    typealias Column = (name: String, expression: String)

    let rules: ConversionRules
    /// Of the columns of the application, by `table.column`.
    let types: [String: String]
    /// Where the tables of the application are.
    let schema: String
    /// For rows without a time: when the conversion began, a literal.
    let begun: String

    /// Outside of these the protocol of agentd has no time; infinity is one of them.
    private static let times = "timestamp '0001-01-02' AND timestamp '9999-12-30'"

    // MARK: Users

    /// The same but for its e-mail, which may be taken.
    var userColumns: [Column] {
        [
            ("display_name", "coalesce(l.full_name, '')::text"), ("role", userRole),
            ("is_active", "coalesce(l.is_active, false)"),
            ("create_time", coalesced([time("users", "created_at"), begun])),
        ]
    }

    var email: String {
        let mapped = rules.entries(.email).map { "WHEN \($0.from) THEN \(SQLText.literal($0.to))" }
        let own = "CASE WHEN l.email = '' THEN 'user-' || l.id || '@invalid' ELSE l.email::text END"
        return mapped.isEmpty ? own : "CASE l.id \(mapped.joined(separator: " ")) ELSE \(own) END"
    }

    /// The e-mail of a user whose own another one has, differing in case alone.
    static func duplicate(of email: String) -> String {
        "regexp_replace(\(email), '^([^@]*)', '\\1+duplicate-' || l.id)"
    }

    private var userRole: String {
        "CASE WHEN coalesce(l.is_superuser, false) THEN \(SQLText.literal(rules[.superusers])) ELSE 'member' END"
    }

    // MARK: Agents

    /// All but the id, the tenant and what the database keeps itself.
    var agentColumns: [Column] {
        [
            ("owner_id", "l.owner_id::bigint"), ("name", name),
            ("description", "coalesce(l.description, '')::text"), ("agent_type", agentType), ("status", status),
            ("system_prompt", "coalesce(l.system_prompt, '')::text"), ("config", config),
            ("is_public", "coalesce(l.is_public, false)"),
            (
                "create_time",
                coalesced([time("agents", "created_at"), time("agents", "updated_at"), begun])
            ),
        ]
    }

    /// That of an agent never changed is the one of its creation.
    var updateTime: String {
        coalesced([time("agents", "updated_at"), time("agents", "created_at"), begun])
    }

    var name: String {
        let template = SQLText.literal(rules[.emptyName])
        return "CASE WHEN l.name = '' THEN replace(\(template), '{id}', l.id::text) ELSE l.name::text END"
    }

    var agentType: String {
        mapped("l.agent_type::text", .agentType, known: ConversionOption.agentTypes, otherwise: rules[.unknownType])
    }

    var status: String {
        // NULL is what the table of the application took for a draft.
        let text = "coalesce(l.status::text, '')"
        let status = mapped(
            text, .status, known: ConversionOption.agentStatuses, otherwise: rules[.unknownStatus],
            defaults: ["": "draft"])
        guard rules[.inactiveOwners] == "archive" else { return status }
        return "CASE WHEN (SELECT o.is_active FROM \(schema).users AS o WHERE o.id = l.owner_id) THEN \(status) "
            + "ELSE 'archived' END"
    }

    var config: String {
        let json = types["agents.config"] == "jsonb" ? "l.config::json" : "l.config"
        let other = rules[.otherConfig] == "wrap" ? "json_build_object('value', \(json))" : "'{}'::json"
        return "CASE coalesce(json_typeof(\(json)), 'null') WHEN 'object' THEN \(json) WHEN 'null' THEN '{}'::json "
            + "ELSE \(other) END"
    }

    /// Whose text is known gets it in lower case, with "_" for everything between words.
    private func mapped(
        _ text: String, _ kind: ConversionRules.Kind, known: [String], otherwise: String,
        defaults: [String: String] = [:]
    ) -> String {
        let decided = Dictionary(uniqueKeysWithValues: rules.entries(kind).map { ($0.from, $0.to) })
        let cases = defaults.merging(decided) { $1 }.sorted { $0.key < $1.key }
            .map { "WHEN \(SQLText.literal($0.key)) THEN \(SQLText.literal($0.value)) " }.joined()
        let names = known.map(SQLText.literal).joined(separator: ", ")
        let plain = "btrim(regexp_replace(lower(\(text)), '[^a-z]+', '_', 'g'), '_')"
        let direct =
            "CASE WHEN \(text) IN (\(names)) THEN \(text) WHEN \(plain) IN (\(names)) THEN \(plain) "
            + "ELSE \(SQLText.literal(otherwise)) END"
        return cases.isEmpty ? direct : "CASE \(text) \(cases)ELSE \(direct) END"
    }

    // MARK: Times

    /// NULL for what is no time of agentd.
    private func time(_ table: String, _ column: String) -> String {
        let zone = SQLText.literal(rules[.legacyTimeZone])
        guard types["\(table).\(column)"] == "timestamp" else {
            return "CASE WHEN l.\(column) AT TIME ZONE 'UTC' BETWEEN \(Self.times) THEN l.\(column) END"
        }
        return "CASE WHEN l.\(column) BETWEEN \(Self.times) THEN l.\(column) AT TIME ZONE \(zone) END"
    }

    private func coalesced(_ expressions: [String]) -> String { "coalesce(\(expressions.joined(separator: ", ")))" }

    /// A time of agentd as the application writes it.
    func legacyTime(_ expression: String, _ table: String, _ column: String) -> String {
        guard types["\(table).\(column)"] == "timestamp" else { return expression }
        return "\(expression) AT TIME ZONE \(SQLText.literal(rules[.legacyTimeZone]))"
    }
}
