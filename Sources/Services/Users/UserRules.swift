internal import AgentdCore
internal import Messages
internal import Storage

/// What the fields of a user must be, on creation and on update alike.
enum UserRules {
    static let displayNameCharacters = 255

    /// Reads email and display name; what is wrong is noted in `violations`.
    /// - Parameter field: The path of the user in the request, such as `user`.
    static func read(_ message: UserMessage, field: String, into user: inout User, _ violations: inout FieldViolations)
    {
        violations.require(
            EmailAddress.isValid(message.email), "\(field).email", "must be an email address, such as ann@example.com")
        user.email = message.email
        user.displayName = displayName(message, field: field, &violations)
    }

    /// Reads `fields` of a request's user, and does not look at the others; what is wrong is noted in `violations`.
    static func read(
        _ message: UserMessage, fields: UserFields, into user: inout User, _ violations: inout FieldViolations
    ) {
        if fields.contains(.role) { user.role = role(message.role, &violations) }
        if fields.contains(.displayName) { user.displayName = displayName(message, field: "user", &violations) }
        if fields.contains(.isActive) { user.isActive = message.isActive }
    }

    private static func displayName(
        _ message: UserMessage, field: String, _ violations: inout FieldViolations
    ) -> String {
        violations.requireLine(
            message.displayName, "\(field).display_name", required: false, maximum: displayNameCharacters)
        return message.displayName
    }

    /// A role that may be given.
    static func role(_ number: Int32, _ violations: inout FieldViolations) -> Role {
        switch Role(rawValue: number) {
        case .member: return .member
        case .tenantAdministrator: return .tenantAdministrator
        case .systemAdministrator:
            violations.add(
                "user.role",
                "must be MEMBER or TENANT_ADMIN; a SYSTEM_ADMIN is made with `agentd token create --system-admin`")
        case nil:
            violations.add("user.role", "\(number == 0 ? "is required" : "is unknown"), MEMBER or TENANT_ADMIN")
        }
        return .member
    }
}
