/// What an operator may decide about untidy data, each with the value that holds when nothing is said.
package enum ConversionOption: String, CaseIterable, Sendable {
    /// The zone in which the application meant its times, which have none.
    case legacyTimeZone = "legacy_time_zone"
    /// The type of an agent whose own is none of agentd's, in whatever case and punctuation.
    case unknownType = "unknown_type"
    /// The status of an agent whose own is none of agentd's.
    case unknownStatus = "unknown_status"
    /// The name of an agent that has none; `{id}` stands for its id.
    case emptyName = "empty_name"
    /// The role of users with `is_superuser`.
    case superusers
    /// What becomes of the agents of inactive users.
    case inactiveOwners = "inactive_owners"
    /// What becomes of a configuration that is no JSON object.
    case otherConfig = "other_config"

    package static let agentTypes = [
        "customer_service", "data_analysis", "content_creation", "code_assistant", "research", "workflow", "custom",
    ]
    package static let agentStatuses = ["draft", "active", "paused", "archived"]

    package var fallback: String {
        switch self {
        case .legacyTimeZone: "UTC"
        case .unknownType: "custom"
        case .unknownStatus: "draft"
        case .emptyName: "Agent {id}"
        case .superusers: "tenant_admin"
        case .inactiveOwners: "keep"
        case .otherConfig: "wrap"
        }
    }

    /// The values that it takes; nil for free texts.
    package var values: [String]? {
        switch self {
        case .legacyTimeZone, .emptyName: nil
        case .unknownType: Self.agentTypes
        case .unknownStatus: Self.agentStatuses
        case .superusers: ["member", "tenant_admin", "system_admin"]
        case .inactiveOwners: ["keep", "archive"]
        case .otherConfig: ["wrap", "empty"]
        }
    }

    /// On the command line.
    package var flag: String { "--" + rawValue.replacing("_", with: "-") }
}
