internal import AgentdCore
public import FoundationEssentials
internal import Messages

extension AgentdClient {
    /// A tenant: `agentd.v1.Tenant`. What the daemon sets itself is ignored when it is sent.
    public struct Tenant: Sendable, Equatable, Identifiable {
        /// Set by the daemon: a UUID.
        public var id = ""
        /// 1 to 63 of a-z, 0-9 and `-`, beginning with a letter; unique.
        public var slug: String
        /// At most 255 characters; empty means the slug.
        public var displayName: String
        /// A DNS name, unique, or empty.
        public var domain: String
        /// Active on creation; an update suspends and resumes.
        public var state = TenantState.unspecified
        /// Of `custom_agents`, `agent_sharing`, `advanced_analytics`, `priority_support`.
        public var features: [String]
        /// Upper bounds.
        public var limits: TenantLimits
        /// Set by the daemon.
        public var createTime: Date?
        /// Set by the daemon.
        public var updateTime: Date?
        /// Set by the daemon: nil unless deleted.
        public var deleteTime: Date?
        /// Changes with every change. When it is sent it must match.
        public var etag = ""

        /// - Parameters:
        ///   - slug: Its short name.
        ///   - displayName: Its name for people.
        ///   - domain: A DNS name.
        ///   - features: What it has switched on.
        ///   - limits: Upper bounds.
        public init(
            slug: String, displayName: String = "", domain: String = "", features: [String] = [],
            limits: TenantLimits = TenantLimits()
        ) {
            self.slug = slug
            self.displayName = displayName
            self.domain = domain
            self.features = features
            self.limits = limits
        }
    }

    /// A field of a tenant that a system administrator can change; the raw value is its path in an update mask.
    public enum TenantField: String, Sendable, CaseIterable {
        /// `Tenant.slug`.
        case slug
        /// `Tenant.displayName`.
        case displayName = "display_name"
        /// `Tenant.domain`.
        case domain
        /// `Tenant.state`: active or suspended.
        case state
        /// `Tenant.features`, all of them.
        case features
        /// `Tenant.limits`, all of them.
        case limits
        /// `TenantLimits.maxAgents`.
        case maxAgents = "limits.max_agents"
        /// `TenantLimits.maxUsers`.
        case maxUsers = "limits.max_users"
        /// `TenantLimits.maxTokens`.
        case maxTokens = "limits.max_tokens"
        /// `TenantLimits.requestsPerSecond`.
        case requestsPerSecond = "limits.requests_per_second"
        /// `TenantLimits.maxInFlight`.
        case maxInFlight = "limits.max_in_flight"
    }

    /// A field of a tenant that its own administrators can change; the raw value is its path in an update mask.
    public enum CurrentTenantField: String, Sendable, CaseIterable {
        /// `Tenant.displayName`.
        case displayName = "display_name"
        /// `Tenant.domain`.
        case domain
    }

    /// What `resolveTenant` finds a tenant by.
    public enum TenantKey: Sendable, Equatable {
        /// A UUID; it finds a deleted tenant too.
        case id(String)
        /// Of a tenant that is not deleted.
        case slug(String)
        /// Of a tenant that is not deleted.
        case domain(String)
    }

    /// Upper bounds of a tenant: `agentd.v1.TenantLimits`. 0 means unlimited.
    public struct TenantLimits: Sendable, Equatable {
        /// Agents that are not deleted.
        public var maxAgents: Int64 = 0
        /// Users that are not deleted.
        public var maxUsers: Int64 = 0
        /// API keys that work.
        public var maxTokens: Int64 = 0
        /// Calls a second, at each daemon.
        public var requestsPerSecond: Int32 = 0
        /// Calls at the same time, at each daemon.
        public var maxInFlight: Int32 = 0

        /// No limits.
        public init() {}
    }

    /// `agentd.v1.TenantState`.
    public struct TenantState: NamedNumber {
        /// The number in the schema files.
        public let rawValue: Int32
        /// Of a number.
        public init(rawValue: Int32) { self.rawValue = rawValue }

        /// What the names in the schema files begin with.
        public static let prefix = "TENANT_STATE_"
        /// The names without the prefix, by their numbers.
        public static let names = ["UNSPECIFIED", "ACTIVE", "SUSPENDED", "DELETED"]

        /// Not said.
        public static let unspecified = TenantState(rawValue: 0)
        /// In use.
        public static let active = TenantState(rawValue: 1)
        /// Its calls are refused.
        public static let suspended = TenantState(rawValue: 2)
        /// Deleted; it can be taken back.
        public static let deleted = TenantState(rawValue: 3)
    }
}

extension AgentdClient.Tenant {
    init(_ message: TenantMessage) {
        self.init(
            slug: message.slug, displayName: message.displayName, domain: message.domain, features: message.features,
            limits: message.limits.map { AgentdClient.TenantLimits($0) } ?? AgentdClient.TenantLimits())
        id = message.id
        state = AgentdClient.TenantState(rawValue: message.state)
        createTime = message.createTime.map { Date($0) }
        updateTime = message.updateTime.map { Date($0) }
        deleteTime = message.deleteTime.map { Date($0) }
        etag = message.etag
    }

    /// What a change sends: the fields of its own, with the id and the etag.
    func message(_ text: inout TextFields) -> TenantMessage {
        var message = TenantMessage()
        message.id = text.checked(id, "tenant.id")
        message.slug = text.checked(slug, "tenant.slug")
        message.displayName = text.checked(displayName, "tenant.display_name")
        message.domain = text.checked(domain, "tenant.domain")
        message.state = state.rawValue
        message.features = features.enumerated().map { text.checked($1, "tenant.features[\($0)]") }
        message.limits = limits.isUnlimited ? nil : AgentdCore.TenantLimits(limits)
        message.etag = text.checked(etag, "tenant.etag")
        return message
    }
}

extension AgentdClient.TenantKey {
    func message(_ text: inout TextFields) -> ResolveTenantRequest.Key {
        switch self {
        case .id(let id): .id(text.checked(id, "id"))
        case .slug(let slug): .slug(text.checked(slug, "slug"))
        case .domain(let domain): .domain(text.checked(domain, "domain"))
        }
    }
}

extension AgentdClient.TenantLimits {
    fileprivate var isUnlimited: Bool { self == AgentdClient.TenantLimits() }

    fileprivate init(_ limits: AgentdCore.TenantLimits) {
        maxAgents = limits.maxAgents
        maxUsers = limits.maxUsers
        maxTokens = limits.maxTokens
        requestsPerSecond = limits.requestsPerSecond
        maxInFlight = limits.maxInFlight
    }
}

extension AgentdCore.TenantLimits {
    fileprivate init(_ limits: AgentdClient.TenantLimits) {
        self.init()
        maxAgents = limits.maxAgents
        maxUsers = limits.maxUsers
        maxTokens = limits.maxTokens
        requestsPerSecond = limits.requestsPerSecond
        maxInFlight = limits.maxInFlight
    }
}
