/// Functions that show the application what agentd writes for its tenant, in the same transaction.
///
/// Whoever writes through agentd has its own row first and then wants the application's; the application has them the
/// other way round. So that the two never wait for each other in a circle, these functions wait for a moment only and
/// then end with a serialization failure, after which agentd tries again. The application is never the one to fail.
struct AnsweringFunctions {
    /// A twentieth of the time after which PostgreSQL looks for circles.
    private static let lockMilliseconds = 50
    /// A hash of no password.
    private static let noPassword = "!"

    let context: ConversionContext

    private var mapping: RowMapping { context.mapping }
    private var users: String { "\(context.home).users" }
    private var agents: String { "\(context.home).agents" }

    private var header: String {
        """
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
            SET lock_timeout = \(Self.lockMilliseconds) SET agentd_conversion.origin = 'agentd'
        """
    }

    private var end: String {
        """
            RETURN NULL;
        EXCEPTION WHEN lock_not_available THEN
            RAISE EXCEPTION 'the application is changing this row' USING ERRCODE = 'serialization_failure';
        END $$;
        """
    }

    private var configType: String { context.types["agents.config"] == "jsonb" ? "jsonb" : "json" }

    /// An administrator of its tenant is one of the application, and one of agentd's system is nobody there; unless the
    /// application's became such.
    private func isSuperuser(_ role: String) -> String {
        let isSystem = context.rules[.superusers] == "system_admin"
        return "\(role) IN ('tenant_admin'\(isSystem ? ", 'system_admin'" : ""))"
    }

    var sql: String { [showUser, showAgent, answerUser, answerAgent].joined(separator: "\n") }

    /// A row of the application's for one that it does not have; one that it once had keeps its password.
    private var showUser: String {
        """
        CREATE FUNCTION agentd_conversion.show_user(u public.users) RETURNS void LANGUAGE sql AS $$
            INSERT INTO \(users) (id, email, hashed_password, full_name, is_active, is_superuser, created_at)
            SELECT u.id, left(u.email, 255), coalesce(p.hashed_password, '\(Self.noPassword)'),
                left(u.display_name, 255), u.is_active, \(isSuperuser("u.role")),
                \(mapping.legacyTime("u.create_time", "users", "created_at"))
            FROM (SELECT 1) AS one LEFT JOIN agentd_conversion.parked_users AS p ON p.id = u.id
            WHERE u.delete_time IS NULL AND NOT EXISTS (SELECT FROM \(users) AS e WHERE e.id = u.id);
        $$;
        """
    }

    /// One that the application once had gets the values that it wrote itself, where agentd has not changed them since.
    private var showAgent: String {
        let texts = ["description", "agent_type", "status", "system_prompt"].map { name in
            let mapped = mapping.agentColumns.first { $0.name == name }?.expression ?? "NULL"
            return "CASE WHEN l.id IS NOT NULL AND \(mapped) = a.\(name) THEN l.\(name) ELSE a.\(name) END"
        }.joined(separator: ",\n        ")
        return """
            CREATE FUNCTION agentd_conversion.show_agent(a public.agents) RETURNS void LANGUAGE sql AS $$
                INSERT INTO \(agents) (id, owner_id, name, description, agent_type, status, system_prompt, config,
                    is_public, created_at, updated_at)
                SELECT a.id, a.owner_id, CASE WHEN l.id IS NOT NULL AND \(mapping.name) = a.name THEN l.name
                        ELSE left(a.name, 255) END,
                    \(texts),
                    CASE WHEN l.config IS NULL AND a.config::text = '{}' AND l.id IS NOT NULL THEN NULL
                        ELSE a.config END,
                    a.is_public, \(mapping.legacyTime("a.create_time", "agents", "created_at")),
                    \(mapping.legacyTime("a.update_time", "agents", "updated_at"))
                FROM (SELECT 1) AS one LEFT JOIN agentd_conversion.parked_agents AS l ON l.id = a.id
                WHERE a.is_active AND NOT EXISTS (SELECT FROM \(agents) AS e WHERE e.id = a.id);
            $$;
            """
    }

    /// A deleted user stays, because its agents may; its address becomes free.
    private var answerUser: String {
        """
        CREATE FUNCTION agentd_conversion.answer_user() RETURNS trigger \(header) AS $$
        BEGIN
            IF TG_OP = 'DELETE' THEN
                DELETE FROM \(users) WHERE id = OLD.id;
            ELSIF TG_OP = 'INSERT' THEN
                PERFORM agentd_conversion.show_user(NEW);
            ELSE
                UPDATE \(users) AS l SET
                    email = CASE WHEN NEW.delete_time IS NOT NULL AND OLD.delete_time IS NULL
                            THEN left('deleted-' || l.id || '-' || l.email, 255)
                        WHEN NEW.email IS DISTINCT FROM OLD.email THEN left(NEW.email, 255) ELSE l.email END,
                    full_name = CASE WHEN NEW.display_name IS DISTINCT FROM OLD.display_name
                        THEN left(NEW.display_name, 255) ELSE l.full_name END,
                    is_active = CASE WHEN (NEW.is_active, NEW.delete_time) IS DISTINCT FROM
                            (OLD.is_active, OLD.delete_time)
                        THEN NEW.is_active AND NEW.delete_time IS NULL ELSE l.is_active END,
                    is_superuser = CASE WHEN NEW.role IS DISTINCT FROM OLD.role
                        THEN \(isSuperuser("NEW.role")) ELSE l.is_superuser END
                WHERE l.id = NEW.id;
            END IF;
        \(end)
        """
    }

    private var answerAgent: String {
        let texts = ["description", "agent_type", "status", "system_prompt", "is_public"].map { name in
            "\(name) = CASE WHEN NEW.\(name) IS DISTINCT FROM OLD.\(name) THEN NEW.\(name) ELSE l.\(name) END"
        }.joined(separator: ",\n            ")
        return """
            CREATE FUNCTION agentd_conversion.answer_agent() RETURNS trigger \(header) AS $$
            BEGIN
                IF TG_OP = 'DELETE' THEN
                    DELETE FROM \(agents) WHERE id = OLD.id;
                ELSIF TG_OP = 'UPDATE' AND OLD.is_active AND NOT NEW.is_active THEN
                    -- The application knows no agents that are deleted and there.
                    DELETE FROM \(agents) WHERE id = OLD.id;
                ELSIF TG_OP = 'INSERT' OR NOT OLD.is_active THEN
                    PERFORM agentd_conversion.show_agent(NEW);
                ELSE
                    UPDATE \(agents) AS l SET
                        name = CASE WHEN NEW.name IS DISTINCT FROM OLD.name THEN left(NEW.name, 255) ELSE l.name END,
                        \(texts),
                        config = CASE WHEN NEW.config::text IS DISTINCT FROM OLD.config::text
                            THEN NEW.config::\(configType) ELSE l.config END,
                        updated_at = \(mapping.legacyTime("NEW.update_time", "agents", "updated_at"))
                    WHERE l.id = NEW.id;
                END IF;
            \(end)
            """
    }
}
