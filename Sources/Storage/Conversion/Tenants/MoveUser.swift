internal import Postgres

/// Moves one user with its agents and keys to another tenant, as somebody who has the database. Ownership stays, and so
/// do ids and times of creation; both tenants' audit trails say it.
package struct MoveUser: Sendable {
    /// What a move would do, or did.
    package struct Outcome: Sendable {
        package let userID: Int64
        package let email: String
        package let fromSlug: String
        package let toSlug: String
        package let agents: Int
        package let tokens: Int
    }

    private struct Found {
        let userID: Int64
        let email: String
        let role: String
        let tenantID: String
        let slug: String
    }

    private struct Target {
        let id: String
        let maximumAgents: Int
        let maximumUsers: Int
        let maximumTokens: Int
    }

    private static let action = "agentd tenant move-user"

    private let ownerConninfo: String
    private let user: String
    private let from: String?
    private let to: String

    /// - Parameters:
    ///   - user: Its id or its e-mail.
    ///   - from: The slug of its tenant; needed where several tenants have the e-mail.
    ///   - to: The slug of its new tenant, which must be there.
    package init(ownerConninfo: String, user: String, from: String?, to: String) {
        self.ownerConninfo = ownerConninfo
        self.user = user
        self.from = from
        self.to = to
    }

    /// Looks, and changes nothing. Blocks its thread.
    package func plan() throws(ConversionFailure) -> Outcome {
        do {
            let session = try Session(conninfo: ownerConninfo, locking: false)
            try session.connection.execute("BEGIN READ ONLY")
            return try outcome(session.connection).outcome
        } catch {
            throw ConversionFailure(error)
        }
    }

    /// Moves. Blocks its thread.
    package func run() throws(ConversionFailure) -> Outcome {
        do {
            let session = try Session(conninfo: ownerConninfo, locking: true)
            let (planned, found, target, compatibility) = try session.transaction { connection in
                let found = try outcome(connection)
                return (found.outcome, found.found, found.target, try Self.compatibility(connection))
            }
            let mover = try UserMover(session, compatibility: compatibility)
            let moved = try mover.move(found.userID, from: found.tenantID, to: target.id, action: Self.action)
            guard moved.users == 1 else {
                throw ConversionFailure.unavailable("The user was changed at this moment. Run it again.")
            }
            return Outcome(
                userID: planned.userID, email: planned.email, fromSlug: planned.fromSlug, toSlug: planned.toSlug,
                agents: moved.agents, tokens: moved.tokens)
        } catch {
            throw ConversionFailure(error)
        }
    }

    // MARK: What stands in the way

    private func outcome(
        _ connection: borrowing ScriptConnection
    ) throws -> (outcome: Outcome, found: Found, target: Target) {
        try connection.execute("SET LOCAL ROLE agentd_platform; SET LOCAL search_path = pg_catalog, public")
        let found = try findUser(connection)
        let target = try findTarget(connection)
        guard found.tenantID != target.id else {
            throw ConversionFailure.refused("\(found.email) is in the tenant \(to) already.")
        }
        try refuseClashes(connection, found, target)
        let (agents, tokens) = try Self.counts(connection, tenant: found.tenantID, owner: found.userID)
        try refuseLimits(connection, target, agents: agents, tokens: tokens)
        let outcome = Outcome(
            userID: found.userID, email: found.email, fromSlug: found.slug, toSlug: to, agents: agents, tokens: tokens)
        try connection.execute("RESET ROLE")
        return (outcome, found, target)
    }

    private func findUser(_ connection: borrowing ScriptConnection) throws -> Found {
        let rows = try connection.rows(
            """
            SELECT u.id, u.email, u.role, t.id, t.slug
            FROM public.users AS u JOIN public.tenants AS t ON t.id = u.tenant_id
            WHERE (u.id::text = $1 OR lower(u.email) = lower($1)) AND u.delete_time IS NULL AND t.state <> 'deleted'
                AND ($2::text IS NULL OR t.slug = $2)
            ORDER BY t.slug LIMIT 10
            """, [user, from])
        guard let row = rows.first, let id = row[0].flatMap({ Int64($0) }) else {
            throw ConversionFailure.refused("There is no user \(user)\(from.map { " in the tenant \($0)" } ?? "").")
        }
        guard rows.count == 1 else {
            let slugs = rows.map { $0[4] ?? "" }.joined(separator: ", ")
            throw ConversionFailure.refused("There is a user \(user) in \(slugs): say which with --from.")
        }
        return Found(
            userID: id, email: row[1] ?? "", role: row[2] ?? "", tenantID: row[3] ?? "", slug: row[4] ?? "")
    }

    private func findTarget(_ connection: borrowing ScriptConnection) throws -> Target {
        let rows = try connection.rows(
            """
            SELECT id, state, max_agents, max_users, max_tokens FROM public.tenants
            WHERE slug = $1 AND state <> 'deleted'
            """, [to])
        guard let row = rows.first, let id = row[0] else {
            throw ConversionFailure.refused(
                "There is no tenant \(to). Make it with `agentctl tenants create --slug \(to)`.")
        }
        guard row[1] == "active" else {
            throw ConversionFailure.refused("The tenant \(to) is \(row[1] ?? ""): nobody could work in it.")
        }
        let limits = row[2...].map { $0.flatMap { Int($0) } ?? 0 }
        return Target(id: id, maximumAgents: limits[0], maximumUsers: limits[1], maximumTokens: limits[2])
    }

    private func refuseClashes(
        _ connection: borrowing ScriptConnection, _ found: Found, _ target: Target
    ) throws {
        let clashes = try connection.rows(
            """
            SELECT EXISTS (SELECT FROM public.users WHERE tenant_id = $1 AND lower(email) = lower($2)
                    AND delete_time IS NULL),
                EXISTS (SELECT FROM public.users WHERE tenant_id = $1 AND id = $3),
                NOT EXISTS (SELECT FROM public.users WHERE tenant_id = $4 AND id <> $3 AND role = 'tenant_admin'
                    AND is_active AND delete_time IS NULL)
                AND EXISTS (SELECT FROM public.users WHERE tenant_id = $4 AND id <> $3 AND delete_time IS NULL)
            """, [target.id, found.email, String(found.userID), found.tenantID])
        guard clashes.first?[0] == "f" else {
            throw ConversionFailure.refused("The tenant \(to) has a user \(found.email) already.")
        }
        guard clashes.first?[1] == "f" else {
            throw ConversionFailure.refused("The tenant \(to) has another user with the id \(found.userID).")
        }
        guard found.role != "tenant_admin" || clashes.first?[2] == "f" else {
            throw ConversionFailure.refused(
                "\(found.email) is the last administrator of the tenant \(found.slug), which has other users. "
                    + "Make another one first: `agentctl users update ID --role TENANT_ADMIN`.")
        }
    }

    private func refuseLimits(
        _ connection: borrowing ScriptConnection, _ target: Target, agents: Int, tokens: Int
    ) throws {
        let (owned, kept) = try Self.counts(connection, tenant: target.id, owner: nil)
        try connection.execute("SET LOCAL ROLE agentd_platform")
        let users = try connection.rows(
            "SELECT count(*) FROM public.users WHERE tenant_id = $1 AND delete_time IS NULL", [target.id])
        let counted = users.first?.first.flatMap { $0.flatMap { Int($0) } } ?? 0
        let limits = [
            ("users", target.maximumUsers, counted + 1), ("agents", target.maximumAgents, owned + agents),
            ("keys", target.maximumTokens, kept + tokens),
        ]
        for (what, maximum, count) in limits where maximum > 0 && count > maximum {
            throw ConversionFailure.refused(
                "The tenant \(to) may have \(maximum) \(what), and would have \(count). Raise its limit first: "
                    + "`agentctl tenants update \(to)`.")
        }
    }

    /// Living agents and valid keys of a tenant, or of one of its users.
    private static func counts(
        _ connection: borrowing ScriptConnection, tenant: String, owner: Int64?
    ) throws -> (agents: Int, tokens: Int) {
        // As the owner of the tables, who sees what this tenant sees.
        try connection.execute(
            "RESET ROLE; SET LOCAL ROLE agentd_owner; SET LOCAL app.current_tenant_id = \(SQLText.literal(tenant))")
        let rows = try connection.rows(
            """
            SELECT (SELECT count(*) FROM public.agents WHERE tenant_id = $1 AND is_active
                    AND ($2::bigint IS NULL OR owner_id = $2)),
                (SELECT count(*) FROM public.tokens WHERE tenant_id = $1 AND revoke_time IS NULL
                    AND ($2::bigint IS NULL OR user_id = $2))
            """, [tenant, owner.map(String.init)])
        try connection.execute("RESET ROLE")
        return (
            rows.first?[0].flatMap { Int($0) } ?? 0, rows.first?[1].flatMap { Int($0) } ?? 0
        )
    }

    /// While an application is there, what its tenant gets or loses the application does too.
    private static func compatibility(
        _ connection: borrowing ScriptConnection
    ) throws -> (home: String, tenantID: String)? {
        guard try ProgressTable.exists(connection) else { return nil }
        let isComplete = try ProgressTable.entries(connection).allSatisfy { $0.state == "done" }
        guard isComplete else {
            throw ConversionFailure.refused("The conversion is not complete. Run `agentd convert` first.")
        }
        let kept = try ProgressTable.decisions(connection).filter { $0.kind == "state" }
        guard let role = kept.first(where: { $0.name == "role" })?.value,
            let tenant = kept.first(where: { $0.name == "tenant_id" })?.value
        else { return nil }
        return (SQLText.name(role), tenant)
    }
}
