/// Roles that use the application's tables besides the one that owns them: members of it, and those with a right on one
/// of them. They find the tables where those have moved to, on connections that are opened from then on.
enum OtherRoles {
    /// Of a role `r`, as SQL: whether it is one of those.
    /// - Parameters:
    ///   - schema: Where the tables are, as an identifier in quotes where it needs them.
    ///   - role: The owner of the tables.
    static func condition(tablesIn schema: String, besides role: String) -> String {
        """
        r.rolcanlogin AND NOT r.rolsuper AND r.rolname <> \(SQLText.literal(role))
            AND r.rolname NOT IN ('agentd_owner', 'agentd_app', 'agentd_platform')
            AND EXISTS (SELECT FROM pg_class AS c
                WHERE c.oid IN (to_regclass(\(SQLText.literal("\(schema).users"))),
                        to_regclass(\(SQLText.literal("\(schema).agents"))))
                    AND (has_any_column_privilege(r.oid, c.oid, 'SELECT, INSERT, UPDATE')
                        OR has_table_privilege(r.oid, c.oid, 'DELETE, TRUNCATE')))
        """
    }

    /// While the tables are still in `public`: lets them into the schema, and look into it first.
    static func lead(to home: String, besides role: String) -> String {
        """
        INSERT INTO agentd_conversion.roles (name, search_path)
        SELECT r.rolname, (SELECT substr(setting, 13) FROM pg_db_role_setting AS s, unnest(s.setconfig) AS setting
            WHERE s.setrole = r.oid AND setting LIKE 'search_path=%'
                AND s.setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database()))
        FROM pg_roles AS r
        WHERE \(condition(tablesIn: "public", besides: role));
        DO $$ DECLARE other record; BEGIN
            FOR other IN SELECT * FROM agentd_conversion.roles LOOP
                EXECUTE format('GRANT USAGE ON SCHEMA \(home.replacing("%", with: "%%")) TO %I', other.name);
                EXECUTE format('ALTER ROLE %I IN DATABASE %I SET search_path = \(home.replacing("%", with: "%%")), %s',
                    other.name, current_database(), coalesce(other.search_path, '"$user", public'));
            END LOOP;
        END $$;
        """
    }

    /// They look where they did before.
    static let forget = """
        DO $$ DECLARE other record; BEGIN
            FOR other IN SELECT o.* FROM agentd_conversion.roles AS o JOIN pg_roles AS r ON r.rolname = o.name LOOP
                EXECUTE format('ALTER ROLE %I IN DATABASE %I %s', other.name, current_database(),
                    coalesce('SET search_path = ' || other.search_path, 'RESET search_path'));
            END LOOP;
        END $$;
        """
}
