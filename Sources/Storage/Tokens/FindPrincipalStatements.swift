package import AgentdCore
internal import Postgres

/// An API key as it is kept, with whom it speaks for.
package struct KeyRecord: Sendable {
    package let principal: Principal
    /// SHA-256 of the secret.
    package let secretDigest: [UInt8]
    package let expireTime: Timestamp?
    package let revokeTime: Timestamp?
    /// Whether its use has not been noted within the last minute; see `TouchKeysStatement`.
    package let isToBeTouched: Bool
}

/// The columns of a principal, in the order in which `principal(from:)` reads them.
private enum PrincipalColumns {
    static let list = TenantProfileColumns.list("tn") + ", u.id, u.role, u.is_active AND u.delete_time IS NULL"
    static let count = TenantProfileColumns.count + 3

    static func principal(_ rows: borrowing Rows, tokenID: String) throws(DecodingFailure) -> Principal {
        let first = TenantProfileColumns.count
        guard let role = Role(databaseName: try rows.text(0, first + 1)) else {
            throw DecodingFailure("the role of a user is unknown")
        }
        return Principal(
            tenant: try TenantProfileColumns.profile(rows, 0), userID: try rows.int8(0, first), role: role,
            userIsActive: try rows.bool(0, first + 2), tokenID: tokenID)
    }
}

/// Whom an API key speaks for. Nil when there is no such key.
package struct FindKeyStatement: PlatformStatement {
    package let keyID: String

    package init(keyID: String) { self.keyID = keyID }

    package func run(in session: PlatformSession) async throws(ServiceError) -> KeyRecord? {
        try await session.read(Query(keyID: keyID))
    }

    private struct Query: Statement {
        static let text = StatementText(
            "find_key",
            """
            SELECT \(PrincipalColumns.list), t.secret_digest, t.expire_time, t.revoke_time,
                t.last_use_time IS NULL OR t.last_use_time < now() - interval '1 minute'
            FROM tokens AS t
                JOIN users AS u ON u.tenant_id = t.tenant_id AND u.id = t.user_id
                JOIN tenants AS tn ON tn.id = t.tenant_id
            WHERE t.id = $1
            """, [.text])
        let keyID: String

        var text: StatementText { Self.text }
        func bind(to parameters: inout Parameters) { parameters.append(text: keyID) }

        func decode(_ rows: borrowing Rows) throws(DecodingFailure) -> KeyRecord? {
            guard rows.count > 0 else { return nil }
            let first = PrincipalColumns.count
            return KeyRecord(
                principal: try PrincipalColumns.principal(rows, tokenID: keyID),
                secretDigest: try rows.bytea(0, first), expireTime: try rows.optionalTimestamp(0, first + 1),
                revokeTime: try rows.optionalTimestamp(0, first + 2), isToBeTouched: try rows.bool(0, first + 3))
        }
    }
}

/// Whom the claims of a signed token name. Nil when the tenant has no such user.
package struct FindUserPrincipalStatement: PlatformStatement {
    package let tenantID: TenantID
    package let userID: Int64

    package init(tenantID: TenantID, userID: Int64) {
        self.tenantID = tenantID
        self.userID = userID
    }

    package func run(in session: PlatformSession) async throws(ServiceError) -> Principal? {
        try await session.read(Query(tenantID: tenantID, userID: userID))
    }

    private struct Query: Statement {
        static let text = StatementText(
            "find_user_principal",
            """
            SELECT \(PrincipalColumns.list) FROM users AS u JOIN tenants AS tn ON tn.id = u.tenant_id
            WHERE u.tenant_id = $1 AND u.id = $2
            """, [.uuid, .int8])
        let tenantID: TenantID
        let userID: Int64

        var text: StatementText { Self.text }

        func bind(to parameters: inout Parameters) {
            parameters.append(tenantID)
            parameters.append(int8: userID)
        }

        func decode(_ rows: borrowing Rows) throws(DecodingFailure) -> Principal? {
            rows.count == 0 ? nil : try PrincipalColumns.principal(rows, tokenID: Principal.signedTokenID)
        }
    }
}
