/// The steps before the first row is copied.
extension ConversionStep {
    /// Decisions and progress are kept in the database itself, so that they are committed with what they tell of.
    static func begin(_ context: ConversionContext) -> ConversionStep {
        let home = "to_regnamespace(\(SQLText.literal(context.home)))"
        return ConversionStep(
            name: "begin", title: "Keep the decisions and the progress of the conversion",
            lock: "none on tables of the application",
            work: .statements(
                """
                CREATE SCHEMA agentd_conversion;
                CREATE TABLE agentd_conversion.decisions (
                    kind text NOT NULL, name text NOT NULL, value text NOT NULL, PRIMARY KEY (kind, name));
                CREATE TABLE agentd_conversion.steps (
                    position integer PRIMARY KEY, name text NOT NULL UNIQUE, state text NOT NULL DEFAULT 'waiting',
                    rows bigint NOT NULL DEFAULT 0, total bigint NOT NULL DEFAULT 0, reached bigint, bound bigint,
                    start_time timestamptz, end_time timestamptz);
                CREATE TABLE agentd_conversion.figures (name text PRIMARY KEY, value numeric NOT NULL);
                CREATE TABLE agentd_conversion.findings (
                    position integer PRIMARY KEY, count text NOT NULL, what text NOT NULL, rule text NOT NULL);
                CREATE TABLE agentd_conversion.roles (name name PRIMARY KEY, search_path text);
                -- The schema that the tables move to, and what is in it, where it is there already.
                CREATE TABLE agentd_conversion.others (oid oid PRIMARY KEY);
                INSERT INTO agentd_conversion.others
                SELECT oid FROM pg_namespace WHERE oid = \(home)
                UNION ALL SELECT oid FROM pg_class WHERE relnamespace = \(home);
                CREATE TABLE agentd_conversion.tenants (id uuid PRIMARY KEY, slug text NOT NULL);
                """), undo: "DROP SCHEMA IF EXISTS agentd_conversion CASCADE;")
    }

    /// The tables of the application go out of the way of those of agentd, with everything that belongs to them. The
    /// application finds them under the same names and notices nothing: `"$user"` comes first in the search path.
    static func makeWay(_ context: ConversionContext) -> ConversionStep {
        let home = context.home
        let paths = [context.role, "public"].map(SQLText.name).joined(separator: ", ")
        return ConversionStep(
            name: "make-way", title: "Move the application's tables to its own schema",
            lock: "ACCESS EXCLUSIVE on users and agents for some milliseconds: only the catalogue changes",
            work: .statements(
                """
                CREATE SCHEMA IF NOT EXISTS \(home) AUTHORIZATION \(context.quotedRole);
                \(OtherRoles.lead(to: home, besides: context.role))
                LOCK TABLE public.users, public.agents IN ACCESS EXCLUSIVE MODE;
                ALTER TABLE public.users SET SCHEMA \(home);
                ALTER TABLE public.agents SET SCHEMA \(home);
                \(roleSetting(context, "SET search_path = \(paths)"));
                """),
            undo: """
                \(movingBack(home))
                \(OtherRoles.forget)
                \(roleSetting(context, context.searchPath.map { "SET search_path = \($0)" } ?? "RESET search_path"));
                """)
    }

    /// The two tables, and whatever the application has made since: it goes to the same schema.
    private static func movingBack(_ home: String) -> String {
        let schema = SQLText.literal(home)
        return """
            DO $$
            DECLARE
                made record;
            BEGIN
                IF to_regnamespace(\(schema)) IS NULL THEN RETURN; END IF;
                FOR made IN
                    SELECT CASE relkind WHEN 'c' THEN 'TYPE' ELSE 'TABLE' END AS kind, oid::regclass::text AS name
                    FROM pg_class AS c
                    WHERE relnamespace = \(schema)::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'c')
                        AND oid NOT IN (SELECT oid FROM agentd_conversion.others)
                        -- The sequence of a column goes with its table.
                        AND NOT (relkind = 'S' AND EXISTS (SELECT FROM pg_depend AS d
                            WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('a', 'i')))
                LOOP
                    EXECUTE format('ALTER %s %s SET SCHEMA public', made.kind, made.name);
                END LOOP;
                IF EXISTS (SELECT FROM agentd_conversion.others WHERE oid = \(schema)::regnamespace) THEN
                    RETURN;
                END IF;
                FOR made IN
                    SELECT 'TYPE' AS kind, oid::regtype::text AS name FROM pg_type
                    WHERE typnamespace = \(schema)::regnamespace AND typtype IN ('e', 'd')
                    UNION ALL
                    SELECT 'ROUTINE', oid::regprocedure::text FROM pg_proc WHERE pronamespace = \(schema)::regnamespace
                LOOP
                    EXECUTE format('ALTER %s %s SET SCHEMA public', made.kind, made.name);
                END LOOP;
                DROP SCHEMA \(home);
            END $$;
            """
    }

    static func migrate(_ context: ConversionContext) -> ConversionStep {
        ConversionStep(
            name: "migrate", title: "Make the tables of agentd, with their keys, indexes and policies",
            lock: "none on tables of the application", work: .migrations,
            undo: """
                DO $$ BEGIN
                    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'agentd_owner') THEN
                        DROP OWNED BY agentd_owner CASCADE;
                        EXECUTE format('REVOKE ALL ON DATABASE %I FROM agentd_app, agentd_platform',
                            current_database());
                        REVOKE ALL ON SCHEMA public FROM agentd_app, agentd_platform;
                    END IF;
                END $$;
                """)
    }

    /// Suspended: nothing is served for it before everything is there.
    static func tenant(_ context: ConversionContext) -> ConversionStep {
        let slug = SQLText.literal(context.tenantSlug)
        let setting = "app.current_tenant_id"
        return ConversionStep(
            name: "tenant", title: "Make the tenant \(context.tenantSlug), suspended, and give it to the application",
            lock: "none on tables of the application",
            work: .statements(
                """
                \(asPlatform)
                INSERT INTO public.tenants (id, slug, display_name, state, features)
                VALUES (\(context.tenant), \(slug), \(slug), 'suspended', '{custom_agents,agent_sharing}');
                \(UserMove.audit(
                    tenant: context.tenant, type: "tenant", id: "\(context.tenant)::text",
                    changes: "json_build_object('slug', \(slug)::text)", action: "agentd convert"));
                RESET ROLE;
                INSERT INTO agentd_conversion.tenants (id, slug) VALUES (\(context.tenant), \(slug));
                \(roleSetting(context, "SET \(setting) = \(SQLText.literal(context.tenantID))"));
                """), undo: roleSetting(context, "RESET \(setting)") + ";")
    }

    static func functions(_ context: ConversionContext) -> ConversionStep {
        let home = context.home
        return ConversionStep(
            name: "functions", title: "Make the functions that keep both sides alike",
            lock: "none on rows; the rights on users and agents change",
            work: .statements(
                """
                CREATE TABLE agentd_conversion.parked_users (LIKE \(home).users);
                CREATE TABLE agentd_conversion.parked_agents (LIKE \(home).agents);
                GRANT USAGE, CREATE ON SCHEMA agentd_conversion TO agentd_owner;
                GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA agentd_conversion TO agentd_owner;
                GRANT USAGE ON SCHEMA \(home) TO agentd_owner;
                GRANT SELECT, INSERT, UPDATE, DELETE ON \(home).users, \(home).agents TO agentd_owner;
                \(FollowingFunctions(context: context).sql)
                \(AnsweringFunctions(context: context).sql)
                REVOKE ALL ON ALL FUNCTIONS IN SCHEMA agentd_conversion FROM PUBLIC;
                -- Only a superuser may tie a setting to a function; the rights are those of the owner.
                DO $$ DECLARE made regprocedure; BEGIN
                    FOR made IN SELECT oid FROM pg_proc WHERE pronamespace = 'agentd_conversion'::regnamespace LOOP
                        EXECUTE format('ALTER FUNCTION %s OWNER TO agentd_owner', made);
                    END LOOP;
                END $$;
                \(Triggers.times("user"))
                \(Triggers.times("agent"))
                """),
            undo: """
                DO $$ BEGIN
                    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'agentd_owner')
                        AND to_regclass('\(home).agents') IS NOT NULL THEN
                        REVOKE ALL ON \(home).users, \(home).agents FROM agentd_owner;
                        REVOKE ALL ON SCHEMA \(home) FROM agentd_owner;
                    END IF;
                END $$;
                """)
    }

    /// As the role that may see and make tenants and users of all tenants.
    static let asPlatform = """
        DO $$ BEGIN
            IF NOT pg_has_role(current_user, 'agentd_platform', 'MEMBER') THEN
                EXECUTE format('GRANT agentd_platform TO %I', current_user);
            END IF;
        END $$;
        SET LOCAL ROLE agentd_platform;
        SET LOCAL search_path = pg_catalog, public;
        """

    /// Changes a setting of the application's role for this database.
    static func roleSetting(_ context: ConversionContext, _ change: String) -> String {
        let text = "ALTER ROLE \(context.quotedRole) IN DATABASE %I \(change.replacing("%", with: "%%"))"
        return "DO $$ BEGIN EXECUTE format(\(SQLText.literal(text)), current_database()); END $$"
    }
}
