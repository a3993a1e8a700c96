/// The numbers are those of `agentd.v1.TenantState`.
package enum TenantState: Int32, Sendable, CaseIterable {
    case active = 1
    case suspended = 2
    case deleted = 3

    package var databaseName: String {
        switch self {
        case .active: "active"
        case .suspended: "suspended"
        case .deleted: "deleted"
        }
    }

    package init?(databaseName: String) {
        guard let state = Self.allCases.first(where: { $0.databaseName == databaseName }) else { return nil }
        self = state
    }
}

/// Upper bounds of a tenant; 0 means unlimited.
package struct TenantLimits: Sendable, Equatable {
    package var maxAgents: Int64 = 0
    package var maxUsers: Int64 = 0
    package var maxTokens: Int64 = 0
    package var requestsPerSecond: Int32 = 0
    package var maxInFlight: Int32 = 0

    package init() {}
}

/// A tenant as the database keeps it.
package struct Tenant: Sendable, Equatable {
    package var id: TenantID
    package var slug = ""
    package var displayName = ""
    package var domain = ""
    package var state: TenantState = .active
    package var features: Features = []
    package var limits = TenantLimits()
    package var createTime = Timestamp(microseconds: 0)
    package var updateTime = Timestamp(microseconds: 0)
    package var deleteTime: Timestamp?
    package var revision: Int64 = 1

    package init(id: TenantID) { self.id = id }
}

/// A user as the database keeps it.
package struct User: Sendable, Equatable {
    package var id: Int64 = 0
    package var tenantID: TenantID
    package var email = ""
    package var displayName = ""
    package var role: Role = .member
    package var isActive = true
    package var createTime = Timestamp(microseconds: 0)
    package var updateTime = Timestamp(microseconds: 0)
    package var deleteTime: Timestamp?
    package var revision: Int64 = 1

    package init(tenantID: TenantID) { self.tenantID = tenantID }
}

/// An API key as the database keeps it, without its secret.
package struct Token: Sendable, Equatable {
    package var id = ""
    package var tenantID: TenantID
    package var userID: Int64 = 0
    package var displayName = ""
    package var createTime = Timestamp(microseconds: 0)
    package var expireTime: Timestamp?
    package var lastUseTime: Timestamp?
    package var revokeTime: Timestamp?

    package init(tenantID: TenantID) { self.tenantID = tenantID }
}
