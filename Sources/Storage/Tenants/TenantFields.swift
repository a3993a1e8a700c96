/// The fields of a tenant that may be changed.
package struct TenantFields: OptionSet, Sendable, Hashable {
    package let rawValue: Int32

    package init(rawValue: Int32) { self.rawValue = rawValue }

    package static let slug = TenantFields(rawValue: 1)
    package static let displayName = TenantFields(rawValue: 2)
    package static let domain = TenantFields(rawValue: 4)
    package static let state = TenantFields(rawValue: 8)
    package static let features = TenantFields(rawValue: 16)
    package static let maxAgents = TenantFields(rawValue: 32)
    package static let maxUsers = TenantFields(rawValue: 64)
    package static let maxTokens = TenantFields(rawValue: 128)
    package static let requestsPerSecond = TenantFields(rawValue: 256)
    package static let maxInFlight = TenantFields(rawValue: 512)

    package static let limits: TenantFields = [.maxAgents, .maxUsers, .maxTokens, .requestsPerSecond, .maxInFlight]
    package static let all: TenantFields = [.slug, .displayName, .domain, .state, .features, .limits]
}
