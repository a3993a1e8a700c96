/// What a tenant has and does, counted at one moment.
package struct TenantStats: Sendable, Equatable {
    /// Agents that are not deleted, by status.
    package struct Agents: Sendable, Equatable {
        package var draft: Int64 = 0
        package var active: Int64 = 0
        package var paused: Int64 = 0
        package var archived: Int64 = 0
        package var deleted: Int64 = 0

        /// All but the deleted ones.
        package var total: Int64 { draft + active + paused + archived }

        package init() {}
    }

    package struct Users: Sendable, Equatable {
        /// All but the deleted ones.
        package var total: Int64 = 0
        package var active: Int64 = 0
        /// Active tenant administrators.
        package var administrators: Int64 = 0
        package var deleted: Int64 = 0

        package init() {}
    }

    package struct Tokens: Sendable, Equatable {
        /// Neither expired nor revoked, of users who are active.
        package var valid: Int64 = 0
        package var expired: Int64 = 0
        package var revoked: Int64 = 0

        package init() {}
    }

    /// Calls of a span of time, over all replicas.
    package struct Calls: Sendable, Equatable {
        package var calls: Int64 = 0
        /// Those answered with an error.
        package var errors: Int64 = 0
        /// The time of all of them together.
        package var latencyMicroseconds: Int64 = 0

        package init() {}
    }

    /// A part of the agents that are not deleted.
    package struct Part: Sendable, Equatable {
        package let key: String
        package let agents: Int64
        package let storageBytes: Int64

        package init(key: String, agents: Int64, storageBytes: Int64) {
            self.key = key
            self.agents = agents
            self.storageBytes = storageBytes
        }
    }

    package struct Day: Sendable, Equatable {
        /// Such as `2026-01-31`, in UTC.
        package let date: String
        package let created: Int64
        package let deleted: Int64

        package init(date: String, created: Int64, deleted: Int64) {
            self.date = date
            self.created = created
            self.deleted = deleted
        }
    }

    /// What the feature `advanced_analytics` adds.
    package struct Breakdowns: Sendable, Equatable {
        /// By the names of `agentd.v1.AgentType`.
        package var byType: [Part] = []
        /// By the names of `agentd.v1.AgentStatus`.
        package var byStatus: [Part] = []
        /// By the id of the user; those with the most agents.
        package var byOwner: [Part] = []
        /// Newest first.
        package var byDay: [Day] = []

        package init() {}
    }

    package var tenantID: TenantID
    package var readTime = Timestamp(microseconds: 0)
    package var agents = Agents()
    package var users = Users()
    package var tokens = Tokens()
    /// Bytes of the texts of all agents, deleted ones included.
    package var storageBytes: Int64 = 0
    package var lastHour = Calls()
    package var lastDay = Calls()
    package var breakdowns: Breakdowns?

    package init(tenantID: TenantID) { self.tenantID = tenantID }
}
