internal import AgentdCore
public import FoundationEssentials
internal import Messages

extension AgentdClient {
    /// What a tenant has and does, counted at one moment: `agentd.v1.TenantStats`.
    public struct TenantStats: Sendable, Equatable {
        /// A UUID.
        public let tenantID: String
        /// When this was counted.
        public let readTime: Date?
        /// Its agents.
        public let agents: AgentCounts
        /// Its users.
        public let users: UserCounts
        /// Its API keys.
        public let tokens: TokenCounts
        /// Bytes of the texts of all agents, deleted ones included.
        public let storageBytes: Int64
        /// Calls of the last hour; the newest may be missing some seconds.
        public let lastHour: CallCounts
        /// Calls of the last day.
        public let lastDay: CallCounts
        /// Agents that are not deleted by `AgentType`. This and what follows is empty in the basic view.
        public let byType: [AgentBreakdown]
        /// Agents that are not deleted by `AgentStatus`.
        public let byStatus: [AgentBreakdown]
        /// The hundred owners with the most agents, by the id of the user.
        public let byOwner: [AgentBreakdown]
        /// The last 30 days with agents created or deleted, newest first.
        public let byDay: [DayBreakdown]
    }

    /// `agentd.v1.AgentCounts`.
    public struct AgentCounts: Sendable, Equatable {
        /// All but the deleted ones.
        public let total: Int64
        /// Being written.
        public let draft: Int64
        /// In use.
        public let active: Int64
        /// Not in use for a while.
        public let paused: Int64
        /// Not in use any more.
        public let archived: Int64
        /// Deleted.
        public let deleted: Int64
    }

    /// `agentd.v1.UserCounts`.
    public struct UserCounts: Sendable, Equatable {
        /// All but the deleted ones.
        public let total: Int64
        /// Those who may call.
        public let active: Int64
        /// Active tenant administrators.
        public let administrators: Int64
        /// Deleted.
        public let deleted: Int64
    }

    /// `agentd.v1.TokenCounts`.
    public struct TokenCounts: Sendable, Equatable {
        /// Neither expired nor revoked, of users who are active.
        public let valid: Int64
        /// Past their time.
        public let expired: Int64
        /// Revoked.
        public let revoked: Int64
    }

    /// Calls of a span of time: `agentd.v1.CallCounts`.
    public struct CallCounts: Sendable, Equatable {
        /// All of them.
        public let calls: Int64
        /// Calls that were answered with an error.
        public let errors: Int64
        /// From the arrival of a call to its answer; nil without calls.
        public let meanLatency: Duration?
    }

    /// A part of the agents: `agentd.v1.AgentBreakdown`.
    public struct AgentBreakdown: Sendable, Equatable {
        /// Such as `AGENT_TYPE_RESEARCH`, `AGENT_STATUS_DRAFT`, or the id of a user.
        public let key: String
        /// How many.
        public let agents: Int64
        /// Bytes of their texts.
        public let storageBytes: Int64
    }

    /// A day: `agentd.v1.DayBreakdown`.
    public struct DayBreakdown: Sendable, Equatable {
        /// Such as `2026-01-31`, in UTC.
        public let date: String
        /// Agents that were created.
        public let created: Int64
        /// Agents that were deleted.
        public let deleted: Int64
    }

    /// How much of the statistics is wanted: `agentd.v1.TenantStatsView`.
    public struct TenantStatsView: NamedNumber {
        /// The number in the schema files.
        public let rawValue: Int32
        /// Of a number.
        public init(rawValue: Int32) { self.rawValue = rawValue }

        /// What the names in the schema files begin with.
        public static let prefix = "TENANT_STATS_VIEW_"
        /// The names without the prefix, by their numbers.
        public static let names = ["UNSPECIFIED", "BASIC", "FULL"]

        /// Full when the tenant has the feature `advanced_analytics`, else basic.
        public static let unspecified = TenantStatsView(rawValue: 0)
        /// Without the breakdowns.
        public static let basic = TenantStatsView(rawValue: 1)
        /// With the breakdowns; needs the tenant's feature `advanced_analytics`.
        public static let full = TenantStatsView(rawValue: 2)
    }
}

extension AgentdClient.TenantStats {
    init(_ message: TenantStatsMessage) {
        tenantID = message.tenantID
        readTime = message.readTime.map { Date($0) }
        agents = .init(total: message.agentsTotal, message.agents)
        users = .init(message.users)
        tokens = .init(message.tokens)
        storageBytes = message.storageBytes
        lastHour = .init(message.lastHour)
        lastDay = .init(message.lastDay)
        byType = message.byType.map { .init($0) }
        byStatus = message.byStatus.map { .init($0) }
        byOwner = message.byOwner.map { .init($0) }
        byDay = message.byDay.map { .init(date: $0.date, created: $0.created, deleted: $0.deleted) }
    }
}

extension AgentdClient.AgentCounts {
    fileprivate init(total: Int64, _ counts: AgentdCore.TenantStats.Agents) {
        self.init(
            total: total, draft: counts.draft, active: counts.active, paused: counts.paused,
            archived: counts.archived, deleted: counts.deleted)
    }
}

extension AgentdClient.UserCounts {
    fileprivate init(_ counts: AgentdCore.TenantStats.Users) {
        self.init(
            total: counts.total, active: counts.active, administrators: counts.administrators, deleted: counts.deleted)
    }
}

extension AgentdClient.TokenCounts {
    fileprivate init(_ counts: AgentdCore.TenantStats.Tokens) {
        self.init(valid: counts.valid, expired: counts.expired, revoked: counts.revoked)
    }
}

extension AgentdClient.CallCounts {
    fileprivate init(_ counts: CallCountsMessage) {
        self.init(
            calls: counts.calls, errors: counts.errors,
            meanLatency: counts.meanLatencyMicroseconds.map { .microseconds($0) })
    }
}

extension AgentdClient.AgentBreakdown {
    fileprivate init(_ part: AgentdCore.TenantStats.Part) {
        self.init(key: part.key, agents: part.agents, storageBytes: part.storageBytes)
    }
}
