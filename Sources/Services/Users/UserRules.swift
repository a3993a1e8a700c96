internal import AgentdCore
internal import Messages

/// What the fields of a user must be.
enum UserRules {
    static let displayNameCharacters = 255

    /// Reads email and display name; what is wrong is noted in `violations`.
    /// - Parameter field: The path of the user in the request, such as `user`.
    static func read(_ message: UserMessage, field: String, into user: inout User, _ violations: inout FieldViolations)
    {
        violations.require(
            EmailAddress.isValid(message.email), "\(field).email", "must be an email address, such as ann@example.com")
        user.email = message.email
        violations.requireLine(
            message.displayName, "\(field).display_name", required: false, maximum: displayNameCharacters)
        user.displayName = message.displayName
    }
}
