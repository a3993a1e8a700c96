/// What a user may do. The numbers are those of `agentd.v1.Role`.
package enum Role: Int32, Sendable, CaseIterable {
    case member = 1
    case tenantAdministrator = 2
    case systemAdministrator = 3

    /// The name that the database keeps.
    package var databaseName: String {
        switch self {
        case .member: "member"
        case .tenantAdministrator: "tenant_admin"
        case .systemAdministrator: "system_admin"
        }
    }

    package init?(databaseName: String) {
        guard let role = Self.allCases.first(where: { $0.databaseName == databaseName }) else { return nil }
        self = role
    }
}

/// What a tenant has switched on; each gates something real.
package struct Features: OptionSet, Sendable, Hashable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Agents of type `CUSTOM`.
    package static let customAgents = Features(rawValue: 1)
    /// Agents that the whole tenant may view.
    package static let agentSharing = Features(rawValue: 2)
    /// Breakdowns in the tenant's statistics.
    package static let advancedAnalytics = Features(rawValue: 4)
    /// A double share when the daemon is saturated.
    package static let prioritySupport = Features(rawValue: 8)

    private static let named: [(name: String, feature: Features)] = [
        ("custom_agents", .customAgents), ("agent_sharing", .agentSharing),
        ("advanced_analytics", .advancedAnalytics), ("priority_support", .prioritySupport),
    ]

    package static var names: [String] { named.map(\.name) }

    package var names: [String] { Self.named.filter { contains($0.feature) }.map(\.name) }

    /// Of one name; nil when there is no such feature.
    package init?(name: String) {
        guard let feature = Self.named.first(where: { $0.name == name })?.feature else { return nil }
        self = feature
    }

    /// Of names that the database keeps; what this version does not know is left out.
    package init(names: [String]) {
        self = names.reduce(into: []) { features, name in features.formUnion(Features(name: name) ?? []) }
    }
}

/// Who a verified token speaks for, as the database knows it.
package struct Principal: Sendable, Equatable {
    package let tenant: TenantProfile
    package let userID: Int64
    package let role: Role
    package let userIsActive: Bool
    /// The API key's id, or `signedTokenID`.
    package let tokenID: String

    /// Stands for the id of a signed token, which the database does not know.
    package static let signedTokenID = "jwt"

    package var tenantID: TenantID { tenant.id }

    package init(tenant: TenantProfile, userID: Int64, role: Role, userIsActive: Bool, tokenID: String) {
        self.tenant = tenant
        self.userID = userID
        self.role = role
        self.userIsActive = userIsActive
        self.tokenID = tokenID
    }
}

/// Who a call is for: the principal of its token and the tenant that the call works in. They differ only for a system
/// administrator who selected a tenant with `x-agentd-tenant`.
///
/// A class, since every part of a call holds on to it: a copy costs one count and not one for each of its texts.
package final class Caller: Sendable {
    // What every call asks for comes first and lies together: of a tenant that calls seldom, it is not in the
    // processor's caches.

    /// Of the tenant that the call works in.
    package let tenantID: TenantID
    package let features: Features
    /// Whether the principal may call at all: its user is active, and so is the tenant that it belongs to.
    package let isActive: Bool
    package let principal: Principal
    package let tenant: TenantProfile

    package var userID: Int64 { principal.userID }
    package var role: Role { principal.role }
    package var isAdministrator: Bool { role != .member }
    /// Whose agents are the caller's own in the tenant of the call. The ids of users are unique within a tenant only,
    /// so a system administrator who selected another tenant owns nothing there: 0 is nobody's id.
    package var ownerID: Int64 { isAtHome ? userID : 0 }
    /// Whether the call works in the tenant that its user belongs to.
    package var isAtHome: Bool { tenantID == principal.tenantID }

    package convenience init(principal: Principal) { self.init(principal: principal, selecting: principal.tenant) }

    /// A system administrator in a selected tenant.
    package init(principal: Principal, selecting tenant: TenantProfile) {
        tenantID = tenant.id
        features = tenant.features
        self.principal = principal
        self.tenant = tenant
        isActive = principal.userIsActive && principal.tenant.state == .active
    }
}

extension Caller: Equatable {
    package static func == (left: Caller, right: Caller) -> Bool {
        left.principal == right.principal && left.tenant == right.tenant
    }
}
