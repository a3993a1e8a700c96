internal import Messages
internal import Storage

/// The update mask of a user.
enum UserMask {
    private static let mask = UpdateMask<UserFields>(
        object: "user",
        changeable: ["role": .role, "display_name": .displayName, "is_active": .isActive, "*": .all],
        readOnly: ["id", "tenant_id", "email", "create_time", "update_time", "delete_time", "etag"])

    /// The fields that an update sets; see `UpdateMask`.
    static func fields(_ paths: [String]?, of user: UserMessage, _ violations: inout FieldViolations) -> UserFields {
        mask.fields(paths, populated: populatedFields(of: user), &violations)
    }

    private static func populatedFields(of user: UserMessage) -> UserFields {
        var fields: UserFields = []
        if user.role != 0 { fields.insert(.role) }
        if !user.displayName.isEmpty { fields.insert(.displayName) }
        if user.isActive { fields.insert(.isActive) }
        return fields
    }
}
