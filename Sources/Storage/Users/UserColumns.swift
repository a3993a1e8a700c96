internal import AgentdCore
internal import Postgres

/// The columns of a user, in the order in which `user(from:)` reads them.
enum UserColumns {
    static let names = [
        "id", "tenant_id", "email", "display_name", "role", "is_active", "create_time", "update_time", "delete_time",
        "revision",
    ]

    static let count = names.count

    static func list(_ table: String) -> String { names.map { "\(table).\($0)" }.joined(separator: ", ") }

    static func user(_ rows: borrowing Rows, _ row: Int, first: Int = 0) throws(DecodingFailure) -> User {
        var user = User(tenantID: try rows.tenantID(row, first + 1))
        user.id = try rows.int8(row, first)
        user.email = try rows.text(row, first + 2)
        user.displayName = try rows.text(row, first + 3)
        guard let role = Role(databaseName: try rows.text(row, first + 4)) else {
            throw DecodingFailure("the role of a user is unknown")
        }
        user.role = role
        user.isActive = try rows.bool(row, first + 5)
        user.createTime = try rows.timestamp(row, first + 6)
        user.updateTime = try rows.timestamp(row, first + 7)
        user.deleteTime = try rows.optionalTimestamp(row, first + 8)
        user.revision = try rows.int8(row, first + 9)
        return user
    }
}
