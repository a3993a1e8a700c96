/// Takes a user with its agents and keys to another tenant. One statement does it: keys and agents name the user
/// together with its tenant, and are looked at when the statement ends.
enum UserMove {
    /// - Parameters: SQL of a number and of two UUIDs. Answers how many users, agents and keys moved.
    static func sql(user: String, from: String, to: String) -> String {
        """
        WITH moved AS (
            UPDATE public.users SET tenant_id = \(to) WHERE tenant_id = \(from) AND id = \(user) RETURNING id
        ), agents AS (
            UPDATE public.agents SET tenant_id = \(to) WHERE tenant_id = \(from) AND owner_id = \(user) RETURNING id
        ), tokens AS (
            UPDATE public.tokens SET tenant_id = \(to) WHERE tenant_id = \(from) AND user_id = \(user) RETURNING id
        )
        SELECT (SELECT count(*) FROM moved), (SELECT count(*) FROM agents), (SELECT count(*) FROM tokens)
        """
    }

    /// In the audit trail of a tenant. The actor is 0: whoever has the database.
    static func audit(tenant: String, type: String, id: String, changes: String, action: String) -> String {
        """
        INSERT INTO public.audit_events (tenant_id, actor_tenant_id, actor_user_id, action, object_type, object_id,
            changes)
        VALUES (\(tenant), \(tenant), 0, \(SQLText.literal(action)), '\(type)', \(id), \(changes))
        """
    }

    /// Both trails say where the user went; what it did before stays in the trail of the tenant where it did it.
    static func audits(user: Int64, from: String, to: String, action: String) -> String {
        [from, to].map { tenant in
            audit(
                tenant: tenant, type: "user", id: "'\(user)'",
                changes: "json_build_object('tenant_id', json_build_object('before', \(from), 'after', \(to)))",
                action: action) + ";"
        }.joined(separator: "\n")
            // Replicas remember the user as one of its former tenant.
            + "\nSELECT pg_notify('agentd_identity', 'user ' || \(from) || ' \(user)');"
    }

    /// Takes a user's rows away from the application, and keeps them.
    static func park(user: Int64, home: String) -> String {
        """
        SET LOCAL agentd_conversion.origin = 'agentd';
        INSERT INTO agentd_conversion.parked_users SELECT * FROM \(home).users WHERE id = \(user);
        INSERT INTO agentd_conversion.parked_agents SELECT * FROM \(home).agents WHERE owner_id = \(user);
        DELETE FROM \(home).agents WHERE owner_id = \(user);
        DELETE FROM \(home).users WHERE id = \(user);
        """
    }

    /// Gives a user and its agents, who are back in the application's tenant, back to the application.
    static func show(user: Int64, tenant: String) -> String {
        """
        SET LOCAL agentd_conversion.origin = 'agentd';
        SELECT agentd_conversion.show_user(u) FROM public.users AS u WHERE tenant_id = \(tenant) AND id = \(user);
        SELECT agentd_conversion.show_agent(a) FROM public.agents AS a
        WHERE tenant_id = \(tenant) AND owner_id = \(user);
        DELETE FROM agentd_conversion.parked_agents WHERE owner_id = \(user);
        DELETE FROM agentd_conversion.parked_users WHERE id = \(user);
        """
    }

    /// Row-level security shows one tenant at a time, even to the owner of the tables; only a role that it does not
    /// bind can take a row from one to another. Anybody else lifts it for the transaction.
    static func privileged(isBound: Bool, isForced: Bool, _ body: String) -> String {
        let tables = ["users", "agents", "tokens", "audit_events", "agent_count_deltas"]
        func alter(_ action: String) -> String {
            tables.map { "ALTER TABLE public.\($0) \(action) ROW LEVEL SECURITY;" }.joined(separator: "\n")
        }
        guard isBound, isForced else { return body }
        return "SET LOCAL ROLE agentd_owner;\n\(alter("NO FORCE"))\n\(body)\n\(alter("FORCE"))"
    }
}
