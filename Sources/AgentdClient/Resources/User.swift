internal import AgentdCore
public import FoundationEssentials
internal import Messages

extension AgentdClient {
    /// A user: `agentd.v1.User`. What the daemon sets itself is ignored when it is sent.
    public struct User: Sendable, Equatable, Identifiable {
        /// Set by the daemon.
        public var id: Int64 = 0
        /// Set by the daemon: a UUID.
        public var tenantID = ""
        /// Unique within the tenant.
        public var email: String
        /// At most 255 characters.
        public var displayName: String
        /// Unspecified means member on creation.
        public var role: Role
        /// Whether its tokens work; true on creation.
        public var isActive = true
        /// Set by the daemon.
        public var createTime: Date?
        /// Set by the daemon.
        public var updateTime: Date?
        /// Set by the daemon: nil unless deleted.
        public var deleteTime: Date?
        /// Changes with every change. When it is sent it must match.
        public var etag = ""

        /// - Parameters:
        ///   - email: Unique within the tenant.
        ///   - displayName: The name for people.
        ///   - role: What the user may do.
        public init(email: String, displayName: String = "", role: Role = .unspecified) {
            self.email = email
            self.displayName = displayName
            self.role = role
        }
    }

    /// A field of a user that can be changed; the raw value is its path in an update mask.
    public enum UserField: String, Sendable, CaseIterable {
        /// `User.role`.
        case role
        /// `User.displayName`.
        case displayName = "display_name"
        /// `User.isActive`.
        case isActive = "is_active"
    }

    /// What a user may do: `agentd.v1.Role`.
    public struct Role: NamedNumber {
        /// The number in the schema files.
        public let rawValue: Int32
        /// Of a number.
        public init(rawValue: Int32) { self.rawValue = rawValue }

        /// What the names in the schema files begin with.
        public static let prefix = "ROLE_"
        /// The names without the prefix, by their numbers.
        public static let names = ["UNSPECIFIED", "MEMBER", "TENANT_ADMIN", "SYSTEM_ADMIN"]

        /// Not said.
        public static let unspecified = Role(rawValue: 0)
        /// Works with agents of their own.
        public static let member = Role(rawValue: 1)
        /// Manages a tenant's users and keys too.
        public static let tenantAdministrator = Role(rawValue: 2)
        /// Manages tenants.
        public static let systemAdministrator = Role(rawValue: 3)
    }

    /// Who calls: `agentd.v1.WhoAmIResponse`.
    public struct Identity: Sendable, Equatable {
        /// The user that the token speaks for.
        public let user: User
        /// The tenant that calls work in.
        public let tenant: Tenant
    }
}

extension AgentdClient.User {
    init(_ message: UserMessage) {
        self.init(email: message.email, displayName: message.displayName, role: .init(rawValue: message.role))
        id = message.id
        tenantID = message.tenantID
        isActive = message.isActive
        createTime = message.createTime.map { Date($0) }
        updateTime = message.updateTime.map { Date($0) }
        deleteTime = message.deleteTime.map { Date($0) }
        etag = message.etag
    }

    /// What a change sends: the fields of its own, with the id and the etag.
    /// - Parameter field: The path of the user in the request message.
    func message(_ text: inout TextFields, field: String) -> UserMessage {
        var message = UserMessage()
        message.id = id
        message.email = text.checked(email, "\(field).email")
        message.displayName = text.checked(displayName, "\(field).display_name")
        message.role = role.rawValue
        message.isActive = isActive
        message.etag = text.checked(etag, "\(field).etag")
        return message
    }
}
