/// The kinds of roles that could pass row-level security, and that the daemon must refuse to work with.
package enum WrongRole: Sendable, CaseIterable {
    case superuser
    /// With BYPASSRLS.
    case exempt
    /// Of a tenant's table.
    case owner
    /// Of agentd_owner.
    case member

    /// What a refusal says of the role.
    package var finding: String {
        switch self {
        case .superuser: "is a superuser"
        case .exempt: "has BYPASSRLS"
        case .owner: "owns agents"
        case .member: "is a member of agentd_owner"
        }
    }

    /// How a refusal says that it is to be mended.
    package func remedy(_ role: String) -> String {
        switch self {
        case .superuser, .exempt: "ALTER ROLE \"\(role)\" NOSUPERUSER NOBYPASSRLS;"
        case .owner: "REASSIGN OWNED BY \"\(role)\" TO agentd_owner;"
        case .member: "REVOKE \"agentd_owner\" FROM \"\(role)\";"
        }
    }

    private var attributes: String {
        switch self {
        case .superuser: "SUPERUSER"
        case .exempt: "BYPASSRLS"
        case .owner, .member: ""
        }
    }

    private func grants(_ role: String) -> String {
        switch self {
        case .superuser, .exempt: ""
        case .owner: "ALTER TABLE agents OWNER TO \(role);"
        case .member: "GRANT agentd_owner TO \(role);"
        }
    }

    /// A migrated database and a role of this kind that has, besides, what `agentd_app` has.
    package func with<R>(_ body: (TestDatabase, String) async throws -> R) async throws -> R {
        try await TestRole.with(attributes) { role in
            try await TestDatabase.with { database in
                try database.grantAsApplication(to: role)
                try database.execute(grants(role))
                return try await body(database, role)
            }
        }
    }
}
