package import AgentdCore
internal import Postgres

/// Makes the first of all keys: that of a system administrator, by somebody who has the database. Everybody else gets a
/// key through `TokenService.IssueToken`.
package struct SystemAdministrator: Sendable {
    /// What stands in the way, in words for an operator.
    package struct Failure: Error, CustomStringConvertible, Sendable {
        package let description: String
    }

    /// A key to keep: of the secret itself only the digest comes here.
    package struct Key: Sendable {
        package let id: String
        /// SHA-256 of the secret, 32 bytes.
        package let secretDigest: [UInt8]
        /// What it is for, shown in lists of keys.
        package let displayName: String
        package let expireTime: Timestamp?

        package init(id: String, secretDigest: [UInt8], displayName: String, expireTime: Timestamp?) {
            self.id = id
            self.secretDigest = secretDigest
            self.displayName = displayName
            self.expireTime = expireTime
        }
    }

    package let tenantID: String
    package let userID: Int64

    /// Keeps the key for the system administrator with this email, whom it creates when there is none, in the tenant
    /// with this slug, which it creates likewise; with an audit row for each, in one transaction. Blocks its thread.
    /// - Parameter ownerConninfo: Connects as a superuser, or as a role that may grant itself `agentd_platform`.
    package init(ownerConninfo: String, tenantSlug: String, email: String, adding key: Key) throws(Failure) {
        do {
            let connection = try ScriptConnection(conninfo: ownerConninfo, applicationName: "agentd token create")
            try connection.execute(Self.begin)
            tenantID = try Self.tenant(connection, slug: tenantSlug)
            userID = try Self.user(connection, tenantID: tenantID, email: email)
            try Self.keep(key, of: userID, in: tenantID, connection)
            try connection.execute("COMMIT")
        } catch let error as ScriptConnection.Failure {
            throw Failure(description: Self.explain(error))
        } catch let error as Failure {
            throw error
        } catch {
            throw Failure(description: "\(error)")
        }
    }

    /// In the audit trail.
    private static let action = "agentd token create"

    // Row-level security is forced on the owner of the tables too; agentd_platform is the role that may do this.
    private static let begin = """
        BEGIN;
        DO $$
        BEGIN
            IF NOT pg_has_role(current_user, 'agentd_platform', 'MEMBER') THEN
                EXECUTE format('GRANT agentd_platform TO %I', current_user);
            END IF;
        END $$;
        SET LOCAL ROLE agentd_platform;
        SET LOCAL search_path = public;
        """

    private static func tenant(_ connection: borrowing ScriptConnection, slug: String) throws -> String {
        if let id = try DefaultTenant.create(connection, slug: slug, action: action) { return id }
        guard let found = try DefaultTenant.find(connection, slug: slug), found.state != "deleted" else {
            throw Failure(description: "The tenant \(slug) was removed at this moment. Run the command again.")
        }
        guard found.state == "active" else {
            throw Failure(
                description: "The tenant \(slug) is \(found.state), so no key of its users would work. "
                    + "Name another one with DEFAULT_TENANT_SLUG.")
        }
        return found.id
    }

    private static func user(
        _ connection: borrowing ScriptConnection, tenantID: String, email: String
    ) throws -> Int64 {
        let created = try connection.rows(
            """
            INSERT INTO users (tenant_id, email, display_name, role)
            VALUES ($1, $2, 'System administrator', 'system_admin')
            ON CONFLICT (tenant_id, lower(email)) WHERE delete_time IS NULL DO NOTHING
            RETURNING id, json_build_object('email', email, 'role', role)
            """, [tenantID, email])
        if let row = created.first, let id = row[0].flatMap({ Int64($0) }) {
            try OperatorAudit.record(
                connection, action: action, tenantID: tenantID, objectType: "user", objectID: String(id),
                changes: row[1])
            return id
        }
        let found = try connection.rows(
            """
            SELECT id, role, is_active FROM users
            WHERE tenant_id = $1 AND lower(email) = lower($2) AND delete_time IS NULL
            """, [tenantID, email])
        guard let row = found.first, let id = row[0].flatMap({ Int64($0) }) else {
            throw Failure(description: "The user \(email) was removed at this moment. Run the command again.")
        }
        guard row[1] == "system_admin", row[2] == "t" else {
            throw Failure(
                description:
                    "The user \(email) exists and is not an active system administrator. Choose another --email.")
        }
        return id
    }

    private static func keep(
        _ key: Key, of userID: Int64, in tenantID: String, _ connection: borrowing ScriptConnection
    ) throws {
        let digest = key.secretDigest.map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
        let kept = try connection.rows(
            """
            INSERT INTO tokens (tenant_id, id, user_id, display_name, secret_digest, expire_time)
            VALUES ($1, $2, $3, $4, decode($5, 'hex'), to_timestamp($6::bigint / 1000000.0))
            RETURNING json_build_object('user_id', user_id, 'display_name', display_name, 'expire_time', expire_time)
            """,
            [
                tenantID, key.id, String(userID), key.displayName, digest,
                key.expireTime.map { String($0.microseconds) },
            ])
        try OperatorAudit.record(
            connection, action: action, tenantID: tenantID, objectType: "token", objectID: key.id,
            changes: kept.first?.first ?? nil)
    }

    private static func explain(_ error: ScriptConnection.Failure) -> String {
        switch error.sqlState {
        case "42501":
            "\(error.message). AGENTD_OWNER_DATABASE_URL must connect as a superuser, or as a role that may grant "
                + "agentd_platform."
        case "42704", "42P01":
            "\(error.message). Run `agentd migrate` first."
        default:
            error.description
        }
    }
}
