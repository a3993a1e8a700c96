internal import AgentdCore
internal import Postgres

/// Puts the rows of `TenantStatsStatement`, which come in any order, together.
struct TenantStatsReader {
    private var stats: TenantStats
    private var breakdowns: TenantStats.Breakdowns?

    init(tenantID: TenantID, includesBreakdowns: Bool) {
        stats = TenantStats(tenantID: tenantID)
        breakdowns = includesBreakdowns ? TenantStats.Breakdowns() : nil
    }

    /// - Throws: When the row is of a kind that the statement does not have.
    mutating func read(_ rows: borrowing Rows, _ row: Int) throws(DecodingFailure) {
        let (kind, key) = (try rows.text(row, 0), try rows.text(row, 1))
        let (a, b, c) = (try rows.int8(row, 2), try rows.int8(row, 3), try rows.int8(row, 4))
        stats.readTime = try rows.timestamp(row, 6)
        switch kind {
        case "status": addStatus(key, agents: a, bytes: b)
        case "users":
            stats.users.total = a
            stats.users.active = b
            stats.users.administrators = c
            stats.users.deleted = try rows.int8(row, 5)
        case "tokens":
            stats.tokens.valid = a
            stats.tokens.expired = b
            stats.tokens.revoked = c
        case "calls": setCalls(key, calls: a, errors: b, latencyMicroseconds: c)
        case "type": breakdowns?.byType.append(TenantStats.Part(key: key, agents: a, storageBytes: b))
        case "owner": breakdowns?.byOwner.append(TenantStats.Part(key: key, agents: a, storageBytes: b))
        case "day": breakdowns?.byDay.append(TenantStats.Day(date: key, created: a, deleted: b))
        default: throw DecodingFailure("statistics of the kind \(kind) are unknown")
        }
    }

    private mutating func addStatus(_ key: String, agents: Int64, bytes: Int64) {
        stats.storageBytes += bytes
        switch AgentStatus(databaseName: key) {
        case .draft: stats.agents.draft = agents
        case .active: stats.agents.active = agents
        case .paused: stats.agents.paused = agents
        case .archived: stats.agents.archived = agents
        case nil:
            stats.agents.deleted = agents
            return
        }
        if agents > 0 { breakdowns?.byStatus.append(TenantStats.Part(key: key, agents: agents, storageBytes: bytes)) }
    }

    private mutating func setCalls(_ span: String, calls: Int64, errors: Int64, latencyMicroseconds: Int64) {
        var counts = TenantStats.Calls()
        counts.calls = calls
        counts.errors = errors
        counts.latencyMicroseconds = latencyMicroseconds
        if span == "hour" { stats.lastHour = counts } else { stats.lastDay = counts }
    }

    /// The statistics, with every breakdown in its order and under the names of the schema files.
    func finish() -> TenantStats {
        guard let breakdowns else { return stats }
        var ordered = TenantStats.Breakdowns()
        ordered.byType = Self.named(
            breakdowns.byType, "AGENT_TYPE_", AgentType.allCases.map(\.databaseName))
        ordered.byStatus = Self.named(
            breakdowns.byStatus, "AGENT_STATUS_", AgentStatus.allCases.map(\.databaseName))
        ordered.byOwner = breakdowns.byOwner.sorted { one, other in
            (other.agents, Int64(one.key) ?? 0) < (one.agents, Int64(other.key) ?? 0)
        }
        ordered.byDay = breakdowns.byDay.sorted { $0.date > $1.date }
        var stats = stats
        stats.breakdowns = ordered
        return stats
    }

    /// - Parameter names: Those that the database keeps, in the order of the answer.
    private static func named(_ parts: [TenantStats.Part], _ prefix: String, _ names: [String]) -> [TenantStats.Part] {
        names.compactMap { name in
            parts.first { $0.key == name }.map { part in
                TenantStats.Part(key: prefix + name.uppercased(), agents: part.agents, storageBytes: part.storageBytes)
            }
        }
    }
}
