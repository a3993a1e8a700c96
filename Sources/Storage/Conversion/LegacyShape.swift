internal import Postgres

/// The tables of the application as they are found: who owns them, and where they are now.
struct LegacyShape: Sendable {
    /// What a conversion reads, by table: column and the types that it may have.
    static let columns: [String: [(name: String, types: [String])]] = [
        "users": [
            ("id", whole), ("email", text), ("hashed_password", text), ("full_name", text), ("is_active", ["bool"]),
            ("is_superuser", ["bool"]), ("created_at", time),
        ],
        "agents": [
            ("id", whole), ("owner_id", whole), ("name", text), ("description", text), ("agent_type", text),
            ("status", text), ("system_prompt", text), ("config", ["json", "jsonb"]), ("is_public", ["bool"]),
            ("created_at", time), ("updated_at", time),
        ],
    ]
    private static let whole = ["int4", "int8"]
    private static let text = ["varchar", "text"]
    private static let time = ["timestamp", "timestamptz"]

    /// The role that owns the tables and that the application connects as.
    let role: String
    /// Where the tables are now: `public`, or the application's own schema.
    let place: String
    /// The types of the columns, by `table.column`.
    let types: [String: String]
    /// What stands in the way of a conversion, in words for an operator.
    let obstacles: [String]
    /// What an operator should know.
    let remarks: [String]

    /// The schema that the tables move to: PostgreSQL looks into the one that is named as the role is before all
    /// others, also on connections that are open already.
    var home: String { role }

    /// - Returns: Nil when there are no such tables.
    static func find(_ connection: borrowing ScriptConnection) throws -> LegacyShape? {
        let tables = try connection.rows(
            """
            SELECT n.nspname, pg_get_userbyid(a.relowner), pg_get_userbyid(u.relowner)
            FROM pg_class AS a JOIN pg_namespace AS n ON n.oid = a.relnamespace
                JOIN pg_class AS u ON u.relnamespace = n.oid AND u.relname = 'users' AND u.relkind = 'r'
            WHERE a.relname = 'agents' AND a.relkind = 'r'
                AND (n.nspname = 'public' OR n.nspname = pg_get_userbyid(a.relowner))
                AND NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = a.oid AND attname = 'tenant_id')
            ORDER BY n.nspname = 'public'
            """)
        guard let row = tables.first, let place = row[0], let role = row[1] else { return nil }
        var obstacles = try Self.obstacles(connection, place: place, role: role)
        if row[2] != role {
            obstacles.append("users belongs to \(row[2] ?? ""), and agents to \(role): give both to one role")
        }
        let types = try Self.types(connection, place: place)
        obstacles += Self.unknownColumns(types)
        return LegacyShape(
            role: role, place: place, types: types, obstacles: obstacles,
            remarks: try remarks(connection, place: place, role: role, types: types))
    }

    private static func types(
        _ connection: borrowing ScriptConnection, place: String
    ) throws(ScriptConnection.Failure) -> [String: String] {
        let rows = try connection.rows(
            """
            SELECT c.relname || '.' || a.attname, t.typname
            FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid JOIN pg_type AS t ON t.oid = a.atttypid
            WHERE c.relnamespace = $1::regnamespace AND c.relname IN ('users', 'agents') AND c.relkind = 'r'
                AND a.attnum > 0 AND NOT a.attisdropped
            """, [SQLText.name(place)])
        return Dictionary(rows.map { ($0[0] ?? "", $0[1] ?? "") }) { first, _ in first }
    }

    private static func unknownColumns(_ types: [String: String]) -> [String] {
        columns.sorted { $0.key < $1.key }.flatMap { table, columns in
            columns.compactMap { column in
                let found = types["\(table).\(column.name)"]
                guard found.map({ !column.types.contains($0) }) ?? true else { return nil }
                return "\(table).\(column.name) is \(found ?? "not there"); it must be "
                    + column.types.joined(separator: " or ")
            }
        }
    }

    /// What could only go wrong later.
    private static func obstacles(
        _ connection: borrowing ScriptConnection, place: String, role: String
    ) throws(ScriptConnection.Failure) -> [String] {
        let rows = try connection.rows(
            """
            SELECT format('public.%s is there already, and agentd makes one of its own: rename it', relname)
            FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relname = ANY ($3::text[])
                AND pg_get_userbyid(relowner) <> 'agentd_owner'
            UNION ALL
            SELECT format('the schema %s already has a table or view %s: rename it', $2::text, relname)
            FROM pg_class WHERE relnamespace = to_regnamespace(quote_ident($2)) AND $1 <> $2
                AND relname IN ('users', 'agents', 'users_id_seq', 'agents_id_seq')
            UNION ALL
            SELECT format('%s.%s must not be null and has no default, so a row of agentd cannot be shown to the '
                'application: give it a default', c.relname, a.attname)
            FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid
            WHERE c.relnamespace = quote_ident($1)::regnamespace AND c.relkind = 'r' AND a.attnotnull AND a.attnum > 0
                AND NOT a.atthasdef AND a.attidentity = '' AND NOT a.attisdropped AND (
                    c.relname = 'users' AND NOT a.attname = ANY ($4::text[])
                    OR c.relname = 'agents' AND NOT a.attname = ANY ($5::text[]))
            UNION ALL
            SELECT format('%s has no key on its id alone: ALTER TABLE %s ADD PRIMARY KEY (id)', c.relname, c.relname)
            FROM pg_class AS c
            WHERE c.relnamespace = quote_ident($1)::regnamespace AND c.relname IN ('users', 'agents')
                AND c.relkind = 'r' AND NOT EXISTS (
                    SELECT FROM pg_index AS i JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
                    WHERE i.indrelid = c.oid AND i.indisunique AND i.indnatts = 1 AND a.attname = 'id')
            UNION ALL
            SELECT format('the role %s is a superuser, whom no policy binds: give users and agents to a role of the '
                'application''s own (CREATE ROLE platform LOGIN; ALTER TABLE users OWNER TO platform; ALTER TABLE '
                'agents OWNER TO platform), and let the application connect as it', $2::text)
            FROM pg_roles WHERE rolname = $2 AND rolsuper
            UNION ALL
            SELECT format('%s is no superuser, and only one may tie the tenant to the role of the application: connect '
                'as one with AGENTD_OWNER_DATABASE_URL', rolname)
            FROM pg_roles WHERE rolname = current_user AND NOT rolsuper
            UNION ALL
            SELECT format('the name of the role %s is not one of letters, digits and "_": rename it', $2::text)
            WHERE $2 !~ '^[A-Za-z_][A-Za-z0-9_]*$' OR $2 IN ('public', 'agentd_owner', 'agentd_app', 'agentd_platform')
            """,
            [
                place, role, array(ConversionTables.fresh), array(columns["users"]?.map(\.name) ?? []),
                array(columns["agents"]?.map(\.name) ?? []),
            ])
        return rows.compactMap { $0[0] }
    }

    private static func remarks(
        _ connection: borrowing ScriptConnection, place: String, role: String, types: [String: String]
    ) throws(ScriptConnection.Failure) -> [String] {
        let known = columns.flatMap { table, columns in columns.map { "\(table).\($0.name)" } }
        let others = types.keys.filter { !known.contains($0) }.sorted()
        let rows = try connection.rows(
            """
            SELECT format('%s may use the tables as well. Connections of it that are open when the second step runs '
                'lose them; those that are opened then find them, by a search_path that the step sets. Open them again '
                'then.', r.rolname)
            FROM pg_roles AS r WHERE \(OtherRoles.condition(tablesIn: SQLText.name(place), besides: role))
            UNION ALL
            SELECT format('The function %s has a search_path of its own (%s). From the second step on it finds the '
                'tables of agentd there, where it means those of the application: let it begin with %s then.',
                p.oid::regprocedure, setting, $2::text)
            FROM pg_proc AS p, unnest(p.proconfig) AS setting
            WHERE setting LIKE 'search_path=%' AND p.prosrc ~ '(users|agents)' AND $1 = 'public'
                AND p.pronamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
                AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid
                    AND d.deptype = 'e')
            UNION ALL
            SELECT format('The role %s has a search_path of its own (%s). Where it does not begin with "$user", '
                'connections that are open when the second step runs lose the tables: set it to "$user", public and '
                'open them again before.', $2::text, setting)
            FROM pg_db_role_setting AS s, unnest(s.setconfig) AS setting
            WHERE s.setrole = (SELECT oid FROM pg_roles WHERE rolname = $2) AND setting LIKE 'search_path=%'
                AND $1 = 'public'
                AND s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
            UNION ALL
            SELECT format('public also holds %s. The application keeps them there, under the same names and rights; '
                'what it makes from the second step on is made in the schema %s.',
                string_agg(c.relname, ', ' ORDER BY c.relname), $2::text)
            FROM pg_class AS c
            WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
                AND pg_get_userbyid(c.relowner) <> 'agentd_owner'
                AND NOT ($1 = 'public' AND c.relname IN ('users', 'agents'))
            HAVING count(*) > 0
            """, [place, role])
        let columns = others.map { "\($0) has no place in agentd: it stays in the table of the application." }
        return rows.compactMap { $0[0] } + columns
    }

    private static func array(_ names: [String]) -> String { "{\(names.joined(separator: ","))}" }
}

/// The tables that migrations make in `public`.
enum ConversionTables {
    static let fresh = [
        "tenants", "tokens", "audit_events", "request_ids", "isolation_canary", "platform_keys", "agent_counts",
        "agent_count_deltas", "tenant_calls", "schema_migrations",
    ]
}
