/// Functions that write what the application writes into the tables of agentd, in the same transaction. They run as the
/// owner of those tables, whom row-level security binds to the tenant that each function sets: whatever the
/// application does, it reaches no other tenant.
struct FollowingFunctions {
    let context: ConversionContext

    private var mapping: RowMapping { context.mapping }
    private var tenant: String { context.tenant }

    /// Of a function called by the application's statements: connections that were opened before the conversion know
    /// nothing of a tenant.
    private var header: String {
        """
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
            SET app.current_tenant_id = \(SQLText.literal(context.tenantID)) SET agentd_conversion.origin = 'legacy'
        """
    }

    var sql: String {
        [putUser, removeUser, putAgent, repairs, followUser, followAgent, times].joined(separator: "\n")
    }

    // MARK: One row

    /// Brings the row of a user to what the application's says, whatever it was.
    private var putUser: String {
        let columns = mapping.userColumns
        func insert(_ email: String) -> String {
            """
            INSERT INTO public.users (tenant_id, id, email, \(columns.map(\.name).joined(separator: ", ")))
                VALUES (\(tenant), l.id, \(email), \(columns.map(\.expression).joined(separator: ",\n        ")))
                ON CONFLICT (tenant_id, id) DO UPDATE SET email = excluded.email,
                    \(assignments(columns.map { ($0.name, "excluded.\($0.name)") }));
            """
        }
        return """
            CREATE FUNCTION agentd_conversion.put_user(l \(context.home).users) RETURNS void \(header) AS $$
            DECLARE address text := \(mapping.email);
            BEGIN
                \(insert("address"))
            EXCEPTION WHEN unique_violation THEN
                -- Another user of the tenant has this address, differing in case alone.
                \(insert(RowMapping.duplicate(of: "address")))
            END $$;
            """
    }

    /// A user whom something of agentd's own still names, such as a token, stays as a deleted one.
    private var removeUser: String {
        """
        CREATE FUNCTION agentd_conversion.remove_user(removed bigint) RETURNS void \(header) AS $$
        BEGIN
            DELETE FROM public.users WHERE tenant_id = \(tenant) AND id = removed;
        EXCEPTION WHEN foreign_key_violation THEN
            UPDATE public.users SET is_active = false, delete_time = now()
            WHERE tenant_id = \(tenant) AND id = removed AND delete_time IS NULL;
        END $$;
        """
    }

    private var putAgent: String {
        let columns = mapping.agentColumns
        return """
            CREATE FUNCTION agentd_conversion.put_agent(l \(context.home).agents) RETURNS void \(header) AS $$
            BEGIN
                INSERT INTO public.agents (tenant_id, id, \(columns.map(\.name).joined(separator: ", ")))
                VALUES (\(tenant), l.id, \(columns.map(\.expression).joined(separator: ",\n        ")))
                ON CONFLICT (tenant_id, id) DO UPDATE SET
                    \(assignments(columns.map { ($0.name, "excluded.\($0.name)") }));
            END $$;
            """
    }

    /// Brings one row to what the application says now, or removes it where the application has none.
    private var repairs: String {
        """
        CREATE FUNCTION agentd_conversion.repair_user(wanted bigint) RETURNS void \(header) AS $$
        DECLARE l \(context.home).users;
        BEGIN
            SELECT * INTO l FROM \(context.home).users AS u WHERE u.id = wanted FOR SHARE;
            IF FOUND THEN PERFORM agentd_conversion.put_user(l);
            ELSE PERFORM agentd_conversion.remove_user(wanted); END IF;
        END $$;
        CREATE FUNCTION agentd_conversion.repair_agent(wanted bigint) RETURNS void \(header) AS $$
        DECLARE l \(context.home).agents;
        BEGIN
            SELECT * INTO l FROM \(context.home).agents AS a WHERE a.id = wanted FOR SHARE;
            IF FOUND THEN PERFORM agentd_conversion.put_agent(l);
            ELSE DELETE FROM public.agents WHERE tenant_id = \(tenant) AND id = wanted; END IF;
        END $$;
        """
    }

    // MARK: The triggers of the application's tables

    /// Only what a statement changed goes over: of the rest agentd may know more than the application can say.
    private var followUser: String {
        """
        CREATE FUNCTION agentd_conversion.follow_user() RETURNS trigger \(header) AS $$
        DECLARE l \(context.home).users; o \(context.home).users; address text;
        BEGIN
            IF TG_OP = 'TRUNCATE' THEN
                PERFORM agentd_conversion.remove_user(id) FROM public.users WHERE tenant_id = \(tenant);
                RETURN NULL;
            ELSIF TG_OP = 'DELETE' THEN
                PERFORM agentd_conversion.remove_user(OLD.id);
                RETURN NULL;
            END IF;
            l := NEW;
            IF TG_OP = 'UPDATE' AND OLD.id = NEW.id THEN
                o := OLD;
                IF l.email IS DISTINCT FROM o.email THEN
                    address := \(mapping.email);
                    IF EXISTS (SELECT FROM public.users AS u WHERE u.tenant_id = \(tenant) AND u.id <> l.id
                        AND lower(u.email) = lower(address) AND u.delete_time IS NULL) THEN
                        address := \(RowMapping.duplicate(of: "address"));
                    END IF;
                END IF;
                UPDATE public.users AS u SET email = coalesce(address, u.email),
                    \(changes(mapping.userColumns, "u", Self.userSources))
                WHERE u.tenant_id = \(tenant) AND u.id = l.id;
                IF FOUND THEN RETURN NULL; END IF;
            END IF;
            PERFORM agentd_conversion.put_user(l);
            IF TG_OP = 'UPDATE' AND OLD.id <> NEW.id THEN PERFORM agentd_conversion.remove_user(OLD.id); END IF;
            RETURN NULL;
        END $$;
        """
    }

    private var followAgent: String {
        """
        CREATE FUNCTION agentd_conversion.follow_agent() RETURNS trigger \(header) AS $$
        DECLARE l \(context.home).agents; o \(context.home).agents;
        BEGIN
            IF TG_OP = 'TRUNCATE' THEN
                DELETE FROM public.agents WHERE tenant_id = \(tenant);
                RETURN NULL;
            ELSIF TG_OP = 'DELETE' THEN
                DELETE FROM public.agents WHERE tenant_id = \(tenant) AND id = OLD.id;
                RETURN NULL;
            END IF;
            l := NEW;
            IF TG_OP = 'UPDATE' AND OLD.id = NEW.id THEN
                o := OLD;
                UPDATE public.agents AS u SET \(changes(mapping.agentColumns, "u", Self.agentSources))
                WHERE u.tenant_id = \(tenant) AND u.id = l.id;
                IF FOUND THEN RETURN NULL; END IF;
            ELSIF TG_OP = 'UPDATE' THEN
                DELETE FROM public.agents WHERE tenant_id = \(tenant) AND id = OLD.id;
            END IF;
            PERFORM agentd_conversion.put_agent(l);
            RETURN NULL;
        END $$;
        """
    }

    /// From which column of the application each of agentd's comes, where the names differ.
    private static let userSources = ["display_name": "full_name", "role": "is_superuser", "create_time": "created_at"]
    private static let agentSources = ["create_time": "created_at"]

    private func changes(_ columns: [RowMapping.Column], _ table: String, _ sources: [String: String]) -> String {
        columns.map { column in
            let source = sources[column.name] ?? column.name
            // json has no equality.
            let cast = source == "config" ? "::text" : ""
            return "\(column.name) = CASE WHEN l.\(source)\(cast) IS DISTINCT FROM o.\(source)\(cast) "
                + "THEN \(column.expression) ELSE \(table).\(column.name) END"
        }.joined(separator: ",\n        ")
    }

    private func assignments(_ columns: [RowMapping.Column]) -> String {
        columns.map { "\($0.name) = \($0.expression)" }.joined(separator: ", ")
    }

    // MARK: Times

    /// The tables of agentd set their times themselves; what comes from the application has those that it has there.
    private var times: String {
        let created = mapping.userColumns.first { $0.name == "create_time" }?.expression ?? "now()"
        let agent = mapping.agentColumns.first { $0.name == "create_time" }?.expression ?? "now()"
        return """
            CREATE FUNCTION agentd_conversion.keep_user_times() RETURNS trigger \(header) AS $$
            DECLARE l \(context.home).users;
            BEGIN
                SELECT * INTO l FROM \(context.home).users AS u WHERE u.id = NEW.id;
                IF FOUND THEN
                    NEW.create_time := \(created);
                END IF;
                RETURN NEW;
            END $$;
            CREATE FUNCTION agentd_conversion.keep_agent_times() RETURNS trigger \(header) AS $$
            DECLARE l \(context.home).agents;
            BEGIN
                SELECT * INTO l FROM \(context.home).agents AS a WHERE a.id = NEW.id;
                IF FOUND THEN
                    NEW.create_time := \(agent);
                    NEW.update_time := \(mapping.updateTime);
                END IF;
                RETURN NEW;
            END $$;
            """
    }
}
