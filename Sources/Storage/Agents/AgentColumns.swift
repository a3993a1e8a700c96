internal import AgentdCore
internal import Postgres

/// The columns of an agent, in the order in which they are read from answers that list them.
enum AgentColumns {
    static let names = [
        "id", "tenant_id", "owner_id", "name", "description", "agent_type", "status", "system_prompt", "config",
        "is_public", "is_active", "create_time", "update_time", "delete_time", "revision",
    ]

    /// What a caller gives of an agent, as the parameters that `bind` appends.
    static let givenTypes: [ParameterType] = [.text, .text, .text, .text, .text, .json, .bool]

    static func bind(_ agent: Agent, to parameters: inout Parameters) {
        parameters.append(text: agent.name)
        parameters.append(text: agent.description)
        parameters.append(text: agent.type.databaseName)
        parameters.append(text: agent.status.databaseName)
        parameters.append(text: agent.systemPrompt)
        parameters.append(json: agent.config)
        parameters.append(bool: agent.isPublic)
    }

    /// The select list, each column qualified with `table`.
    static func list(_ table: String) -> String { names.map { "\(table).\($0)" }.joined(separator: ", ") }

    /// - Parameter first: The position of the first of the columns in the row.
    static func agent(_ rows: borrowing Rows, _ row: Int, first: Int) throws(DecodingFailure) -> Agent {
        var agent = Agent(tenantID: try rows.tenantID(row, first + 1))
        agent.id = try rows.int8(row, first)
        agent.ownerID = try rows.int8(row, first + 2)
        agent.name = try rows.text(row, first + 3)
        agent.description = try rows.text(row, first + 4)
        guard let type = AgentType(databaseName: try rows.text(row, first + 5)) else {
            throw DecodingFailure("agent_type is unknown")
        }
        agent.type = type
        guard let status = AgentStatus(databaseName: try rows.text(row, first + 6)) else {
            throw DecodingFailure("status is unknown")
        }
        agent.status = status
        agent.systemPrompt = try rows.text(row, first + 7)
        agent.config = try rows.text(row, first + 8)
        agent.isPublic = try rows.bool(row, first + 9)
        agent.isActive = try rows.bool(row, first + 10)
        agent.createTime = try rows.timestamp(row, first + 11)
        agent.updateTime = try rows.timestamp(row, first + 12)
        agent.deleteTime = try rows.optionalTimestamp(row, first + 13)
        agent.revision = try rows.int8(row, first + 14)
        return agent
    }

    /// The same where it lies.
    static func view(_ rows: borrowing Rows, _ row: Int) throws(DecodingFailure) -> AgentView {
        let (type, status) = try (self.type(rows.textBytes(row, 5)), self.status(rows.textBytes(row, 6)))
        return AgentView(
            id: try rows.int8(row, 0), tenantID: try rows.tenantID(row, 1), ownerID: try rows.int8(row, 2),
            name: try rows.cString(row, 3), description: try rows.cString(row, 4), type: type, status: status,
            systemPrompt: try rows.cString(row, 7), config: try rows.cString(row, 8),
            isPublic: try rows.bool(row, 9), isActive: try rows.bool(row, 10),
            createTime: try rows.timestamp(row, 11), updateTime: try rows.timestamp(row, 12),
            deleteTime: try rows.optionalTimestamp(row, 13), revision: try rows.int8(row, 14))
    }

    /// The same of a whole row of the table, in the order of its columns there.
    static func view(_ record: RecordReader) throws(DecodingFailure) -> AgentView {
        var record = record
        let tenantID = try record.tenantID()
        let (id, ownerID) = (try record.int8(), try record.int8())
        let (name, description) = (try record.cString(), try record.cString())
        let (type, status) = try (self.type(record.text()), self.status(record.text()))
        let (systemPrompt, config) = (try record.cString(), try record.cString(.json))
        let (isPublic, isActive) = (try record.bool(), try record.bool())
        let (createTime, updateTime) = (try record.timestamp(), try record.timestamp())
        let deleteTime = try record.optionalTimestamp()
        return AgentView(
            id: id, tenantID: tenantID, ownerID: ownerID, name: name, description: description, type: type,
            status: status, systemPrompt: systemPrompt, config: config, isPublic: isPublic, isActive: isActive,
            createTime: createTime, updateTime: updateTime, deleteTime: deleteTime, revision: try record.int8())
    }

    private static func type(_ name: UnsafeRawBufferPointer) throws(DecodingFailure) -> AgentType {
        guard let type = AgentType(databaseName: name) else { throw DecodingFailure("agent_type is unknown") }
        return type
    }

    private static func status(_ name: UnsafeRawBufferPointer) throws(DecodingFailure) -> AgentStatus {
        guard let status = AgentStatus(databaseName: name) else { throw DecodingFailure("status is unknown") }
        return status
    }

    /// Those of all rows.
    static func views(_ rows: borrowing Rows) throws(DecodingFailure) -> [AgentView] {
        var agents: [AgentView] = []
        agents.reserveCapacity(rows.count)
        for row in 0..<rows.count { agents.append(try view(rows, row)) }
        return agents
    }
}

/// The SQL that keeps a tenant to its number of agents: exactly, because who counts holds the lock that everybody who
/// adds an agent to a tenant with a limit holds.
enum AgentQuota {
    /// `quota`: what becomes of one more agent, `done` or the outcome when it is not added. That a tenant has as many
    /// as it may can be said without the lock; that it may have another one cannot.
    static let expression = """
        quota AS (
            SELECT CASE WHEN max_agents = 0 THEN 'done'
                WHEN \(AgentCounts.living(tenant: "$1")) >= max_agents THEN 'exhausted'
                WHEN \(TenantLock.isHeld) THEN 'done' ELSE 'unlocked' END AS outcome
            FROM tenants WHERE id = $1
        )
        """
}

/// The SQL that decides what became of a change to an existing agent; see `ChangeOutcome`.
enum AgentChange {
    /// Whether an agent is the caller's own; a system administrator of another tenant may have the id of a user of this
    /// one.
    static let isOwn = "owner_id = $2 AND $1 = $7"

    /// What the audit trail says of `old`, the row before the change, and `changed`, as `changed_fields` of all of it
    /// would, at a tenth of the time. Never the agent's texts: administrators read the trail, but not what is private,
    /// so of these it says how long each is, and enough of its digest to tell one from another.
    static let traced: String = {
        let texts = ["description": "description", "system_prompt": "system_prompt", "config": "config::text"]
        let fields = [
            "name", "description", "agent_type", "status", "system_prompt", "config", "is_public", "is_active",
            "delete_time",
        ]
        let rows = fields.map { field in
            let value = texts[field] ?? field
            let differs = "old.\(value) IS DISTINCT FROM changed.\(value)"
            let (before, after) =
                texts[field] == nil
                ? ("to_json(old.\(value))", "to_json(changed.\(value))")
                : (digest("old.\(value)"), digest("changed.\(value)"))
            func ifDiffers(_ value: String) -> String { "CASE WHEN \(differs) THEN \(value) END" }
            return "('\(field)', \(differs), \(ifDiffers(before)), \(ifDiffers(after)))"
        }
        return """
            (SELECT json_object_agg(f.name, json_build_object('before', f.before, 'after', f.after))
            FROM (VALUES \(rows.joined(separator: ", "))) AS f (name, differs, before, after) WHERE f.differs)
            """
    }()

    /// - Parameter text: As SQL.
    private static func digest(_ text: String) -> String {
        """
        to_json(CASE WHEN \(text) = '' THEN '' ELSE octet_length(\(text)) || ' bytes, sha256 '
        || left(encode(sha256(convert_to(\(text), 'UTF8')), 'hex'), 16) END)
        """
    }

    /// Expects the expressions `prior`, `visible` and `changed` before it.
    /// - Parameter refusal: The outcome when the agent is the caller's own and was not changed.
    static func answer(_ method: String, refusal: String) -> String {
        """
        answer AS (
            SELECT * FROM changed
            UNION ALL
            SELECT a.* FROM prior AS p, LATERAL \(Change.firstAnswer(method, "agents")) AS a
        )
        SELECT CASE
                WHEN p.method IS NOT NULL THEN \(Change.priorOutcome(method))
                WHEN a.id IS NOT NULL THEN 'done'
                WHEN v.owner_id IS NULL THEN 'absent'
                WHEN v.owner_id <> $2 OR $1 <> $7 THEN 'foreign'
                ELSE \(refusal)
            END,
            \(AgentColumns.list("a"))
        FROM (SELECT 1) AS one
            LEFT JOIN prior AS p ON true LEFT JOIN answer AS a ON true LEFT JOIN visible AS v ON true
        """
    }

    /// Parameters 8 and 9 of a change to an existing agent: its id, and the revision that it must have or NULL.
    static let parameterTypes = Change.parameterTypes + [ParameterType.int8, .int8]

    static func decode(_ rows: borrowing Rows) throws(DecodingFailure) -> ChangeOutcome<Agent> {
        guard rows.count == 1 else { throw DecodingFailure("a change answered \(rows.count) rows") }
        return try ChangeOutcome(try rows.text(0, 0), decoding: rows) { (rows) throws(DecodingFailure) in
            try AgentColumns.agent(rows, 0, first: 1)
        }
    }
}
