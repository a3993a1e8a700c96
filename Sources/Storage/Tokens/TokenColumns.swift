internal import AgentdCore
internal import Postgres

/// The columns of an API key, in the order in which `token(from:)` reads them. What is kept of its secret is none.
enum TokenColumns {
    static let names = [
        "id", "tenant_id", "user_id", "display_name", "create_time", "expire_time", "last_use_time", "revoke_time",
    ]

    static let count = names.count

    static func list(_ table: String) -> String { names.map { "\(table).\($0)" }.joined(separator: ", ") }

    /// The condition that a key works, as far as it depends on the key.
    static func isValid(_ table: String) -> String {
        "\(table).revoke_time IS NULL AND (\(table).expire_time IS NULL OR \(table).expire_time > now())"
    }

    /// The condition that a key works, as far as it depends on the user who has it.
    static func isOfActive(_ user: String) -> String { "\(user).is_active AND \(user).delete_time IS NULL" }

    static func token(_ rows: borrowing Rows, _ row: Int, first: Int = 0) throws(DecodingFailure) -> Token {
        var token = Token(tenantID: try rows.tenantID(row, first + 1))
        token.id = try rows.text(row, first)
        token.userID = try rows.int8(row, first + 2)
        token.displayName = try rows.text(row, first + 3)
        token.createTime = try rows.timestamp(row, first + 4)
        token.expireTime = try rows.optionalTimestamp(row, first + 5)
        token.lastUseTime = try rows.optionalTimestamp(row, first + 6)
        token.revokeTime = try rows.optionalTimestamp(row, first + 7)
        return token
    }
}
