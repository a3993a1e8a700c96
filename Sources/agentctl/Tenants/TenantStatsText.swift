internal import AgentdClient

extension AgentdClient.TenantStats {
    /// For people: a table for each thing that is counted.
    var text: String {
        var block = Block()
        block.add("tenant", tenantID)
        block.add("counted", readTime)
        block.add("storage", "\(ByteText.readable(storageBytes)) of agents' texts")
        let tables = [agentTable, userTable, tokenTable, callTable] + breakdowns
        return ([block.text] + tables.map { $0.text() }).joined(separator: "\n")
    }

    private var agentTable: Table {
        Self.counts(
            "AGENTS",
            [
                ("TOTAL", agents.total), ("DRAFT", agents.draft), ("ACTIVE", agents.active), ("PAUSED", agents.paused),
                ("ARCHIVED", agents.archived), ("DELETED", agents.deleted),
            ])
    }

    private var userTable: Table {
        Self.counts(
            "USERS",
            [
                ("TOTAL", users.total), ("ACTIVE", users.active), ("ADMINISTRATORS", users.administrators),
                ("DELETED", users.deleted),
            ])
    }

    private var tokenTable: Table {
        Self.counts(
            "API KEYS", [("VALID", tokens.valid), ("EXPIRED", tokens.expired), ("REVOKED", tokens.revoked)])
    }

    /// A heading and a row of numbers.
    private static func counts(_ name: String, _ counts: [(title: String, number: Int64)]) -> Table {
        var table = Table(
            [Table.Column(title: name)] + counts.map { Table.Column(title: $0.title, alignsRight: true) })
        table.add([""] + counts.map { "\($0.number)" })
        return table
    }

    private var callTable: Table {
        var table = Table([
            .init(title: "CALLS"), .init(title: "NUMBER", alignsRight: true), .init(title: "ERRORS", alignsRight: true),
            .init(title: "MEAN LATENCY", alignsRight: true),
        ])
        for (name, calls) in [("last hour", lastHour), ("last day", lastDay)] {
            let latency = calls.meanLatency.map(DurationText.readable) ?? ""
            table.add([name, "\(calls.calls)", "\(calls.errors)", latency])
        }
        return table
    }

    /// Those that there are: the basic view has none.
    private var breakdowns: [Table] {
        var tables = [
            ("TYPE", byType, AgentdClient.AgentType.prefix), ("STATUS", byStatus, AgentdClient.AgentStatus.prefix),
            ("OWNER", byOwner, ""),
        ].filter { !$0.1.isEmpty }.map { Self.parts($0, $1, prefix: $2) }
        if !byDay.isEmpty {
            var table = Table([
                .init(title: "DAY (UTC)"), .init(title: "CREATED", alignsRight: true),
                .init(title: "DELETED", alignsRight: true),
            ])
            for day in byDay { table.add([day.date, "\(day.created)", "\(day.deleted)"]) }
            tables.append(table)
        }
        return tables
    }

    private static func parts(_ name: String, _ parts: [AgentdClient.AgentBreakdown], prefix: String) -> Table {
        var table = Table([
            .init(title: name), .init(title: "AGENTS", alignsRight: true), .init(title: "STORAGE", alignsRight: true),
        ])
        for part in parts {
            let key = part.key.hasPrefix(prefix) ? String(part.key.dropFirst(prefix.count)) : part.key
            table.add([key, "\(part.agents)", ByteText.readable(part.storageBytes)])
        }
        return table
    }
}
