package import AgentdCore
internal import Postgres

/// The fields of a user that an administrator may change.
package struct UserFields: OptionSet, Sendable, Hashable {
    package let rawValue: Int32

    package init(rawValue: Int32) { self.rawValue = rawValue }

    package static let role = UserFields(rawValue: 1)
    package static let displayName = UserFields(rawValue: 2)
    package static let isActive = UserFields(rawValue: 4)
    package static let all = UserFields(rawValue: 7)
}

/// Changes some fields of a user of the tenant, with its audit row. `foreign` when it is a system administrator and the
/// caller is none, `unsuitable` when it is deleted, `fixed` when the role of a system administrator would change, and
/// `protected` when no active user of its administrative role would be left.
package struct UpdateUserStatement: TenantStatement {
    package let change: ChangeContext
    /// Its id says which; of its other fields those in `fields` are used.
    package let user: User
    package let fields: UserFields
    /// The revision that it must have, or nil for any.
    package let revision: Int64?

    package init(change: ChangeContext, user: User, fields: UserFields, revision: Int64?) {
        self.change = change
        self.user = user
        self.fields = fields
        self.revision = revision
    }

    package func run(in session: TenantSession) async throws(ServiceError) -> ChangeOutcome<User> {
        try await session.write(
            Query(session: session, update: self), repeatable: change.requestID != nil, lock: .users)
    }

    private struct Query: Statement {
        static let text = StatementText(
            "update_user",
            """
            WITH \(Change.prior),
            \(UserChange.old(
                endsRole: "($11 & 1 <> 0 AND $12 <> role OR $11 & 4 <> 0 AND NOT $14)",
                isFixed: "role = 'system_admin' AND $11 & 1 <> 0 AND $12 <> role")),
            changed AS (
                UPDATE users AS u SET
                    role = CASE WHEN $11 & 1 <> 0 THEN $12 ELSE u.role END,
                    display_name = CASE WHEN $11 & 2 <> 0 THEN $13 ELSE u.display_name END,
                    is_active = CASE WHEN $11 & 4 <> 0 THEN $14 ELSE u.is_active END
                FROM old WHERE u.tenant_id = $1 AND u.id = old.id AND old.outcome = 'done'
                RETURNING u.*
            ),
            \(Change.audited(
                "UserService.UpdateUser", objectType: "user",
                changes: "changed_fields(row_to_json(old), row_to_json(changed))", from: "changed, old")),
            \(Change.remembered("UpdateUser")),
            \(UserChange.answer("UpdateUser"))
            """, UserChange.parameterTypes + [.int4, .text, .text, .bool])

        let session: TenantSession
        let update: UpdateUserStatement

        var text: StatementText { Self.text }

        func bind(to parameters: inout Parameters) {
            let user = update.user
            UserChange.bind(update.change, id: user.id, revision: update.revision, of: session, to: &parameters)
            parameters.append(int4: update.fields.rawValue)
            parameters.append(text: user.role.databaseName)
            parameters.append(text: user.displayName)
            parameters.append(bool: user.isActive)
        }

        func decode(_ rows: borrowing Rows) throws(DecodingFailure) -> ChangeOutcome<User> {
            try UserChange.decode(rows)
        }
    }
}
