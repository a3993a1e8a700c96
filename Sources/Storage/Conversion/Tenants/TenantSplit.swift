internal import AgentdCore
internal import Postgres

/// Gives users to the tenants of the map: an e-mail says more than a domain.
struct TenantSplit {
    let session: Session
    let context: ConversionContext

    private static let action = "agentd convert"

    /// The map as rows of SQL: what a user's address or domain is, and the slug.
    static func entries(_ rules: ConversionRules) -> String {
        rules.entries(.tenant).map { "(\(SQLText.literal($0.from)), \(SQLText.literal($0.to)))" }
            .joined(separator: ", ")
    }

    /// The slug of a user's tenant by its address, as SQL; NULL for the default.
    static func slug(of email: String) -> String {
        "coalesce((SELECT m.slug FROM map AS m WHERE m.key = lower(\(email))), "
            + "(SELECT m.slug FROM map AS m WHERE m.key = lower(split_part(\(email), '@', 2))))"
    }

    func run(_ report: (ConversionProgress) -> Void) throws {
        guard !context.rules.entries(.tenant).isEmpty else { return }
        let tenants = try makeTenants()
        let moves = try moves(tenants)
        try session.transaction { connection in
            try connection.execute(
                "UPDATE agentd_conversion.steps SET state = 'running', start_time = coalesce(start_time, now()), "
                    + "total = rows + \(moves.count) WHERE name = 'split'")
        }
        let mover = try UserMover(session, compatibility: (context.home, context.tenantID))
        var progress = ProgressMeter(rows: 0, total: moves.count)
        for move in moves {
            _ = try mover.move(
                move.user, from: context.tenantID, to: move.tenant, action: Self.action,
                noting: "UPDATE agentd_conversion.steps SET rows = rows + 1 WHERE name = 'split';")
            progress.add(1, "", report)
        }
        progress.end(report)
    }

    /// Those that are not there, suspended until everything is.
    /// - Returns: Ids by slug.
    private func makeTenants() throws -> [String: String] {
        let slugs = Set(context.rules.entries(.tenant).map(\.to)).subtracting([context.tenantSlug])
        return try session.transaction { connection in
            let known = try connection.rows("SELECT slug, id FROM agentd_conversion.tenants")
            var tenants = Dictionary(known.map { ($0[0] ?? "", $0[1] ?? "") }) { first, _ in first }
            for slug in slugs.sorted() where tenants[slug] == nil {
                let id = "\(UUIDValue.random())"
                let (quotedID, quotedSlug) = ("\(SQLText.literal(id))::uuid", SQLText.literal(slug))
                try connection.execute(
                    """
                    INSERT INTO agentd_conversion.tenants (id, slug) VALUES (\(quotedID), \(quotedSlug));
                    \(ConversionStep.asPlatform)
                    INSERT INTO public.tenants (id, slug, display_name, state, features)
                    VALUES (\(quotedID), \(quotedSlug), \(quotedSlug), 'suspended', '{custom_agents,agent_sharing}');
                    \(UserMove.audit(
                        tenant: quotedID, type: "tenant", id: "\(quotedID)::text",
                        changes: "json_build_object('slug', \(quotedSlug)::text)", action: Self.action));
                    RESET ROLE;
                    """)
                tenants[slug] = id
            }
            return tenants
        }
    }

    private func moves(_ tenants: [String: String]) throws -> [(user: Int64, tenant: String)] {
        let rows = try session.transaction(ConversionStep.asPlatform) { connection in
            try connection.rows(
                """
                WITH map (key, slug) AS (VALUES \(Self.entries(context.rules)))
                SELECT id, slug FROM (
                    SELECT u.id, \(Self.slug(of: "u.email")) AS slug FROM public.users AS u
                    WHERE u.tenant_id = \(context.tenant) AND u.delete_time IS NULL) AS users
                WHERE slug IS NOT NULL AND slug <> \(SQLText.literal(context.tenantSlug)) ORDER BY id
                """)
        }
        return rows.compactMap { row in
            guard let user = row[0].flatMap({ Int64($0) }), let tenant = row[1].flatMap({ tenants[$0] }) else {
                return nil
            }
            return (user, tenant)
        }
    }
}
