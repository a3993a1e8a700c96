internal import Crypto
internal import Postgres

/// Brings a database to the schema of this version: roles, then every migration that is missing, each in a
/// transaction of its own. Safe to run from several machines at once: one works, the others wait for it and find
/// nothing to do.
package struct Migrator: Sendable {
    /// What stands in the way, in words for an operator.
    package struct Failure: Error, CustomStringConvertible, Sendable {
        package let description: String
        /// Whether the database has another schema than this agentd knows: trying again does not help.
        package let isOtherSchema: Bool

        init(description: String, isOtherSchema: Bool = false) {
            self.description = description
            self.isOtherSchema = isOtherSchema
        }
    }

    /// Any constant will do; it only has to be the same in every agentd. "agentd" in hexadecimal.
    private static let advisoryLock = 0x61_67_65_6E_74_64

    private let conninfo: String

    /// - Parameter ownerConninfo: Connects as a superuser, or as a role that may create roles and owns the database.
    package init(ownerConninfo: String) { conninfo = ownerConninfo }

    /// Applies what is missing. Blocks its thread.
    /// - Parameter report: Called after each migration.
    /// - Returns: The migrations applied now.
    package func migrate(report: (Migration) -> Void = { _ in }) throws(Failure) -> [Migration] {
        do {
            let connection = try connect()
            try connection.execute(Self.roles)
            try connection.execute(Self.bookkeeping)
            let applied = try Self.applied(connection)
            try Self.verify(applied)
            var done: [Migration] = []
            for migration in Migration.all where applied[migration.version] == nil {
                try Self.apply(migration, to: connection)
                report(migration)
                done.append(migration)
            }
            return done
        } catch let error as ScriptConnection.Failure {
            throw Failure(description: Self.explain(error))
        } catch let error as Failure {
            throw error
        } catch {
            throw Failure(description: "\(error)")
        }
    }

    /// A connection beside which no other agentd migrates: it waits for one that does now, and is waited for until it
    /// ends.
    func connect() throws(ScriptConnection.Failure) -> ScriptConnection {
        let connection = try ScriptConnection(conninfo: conninfo, applicationName: "agentd migrate")
        _ = try connection.rows("SELECT pg_advisory_lock(\(Self.advisoryLock))")
        return connection
    }

    /// The migrations that a database lacks, seen with any role that may connect. Blocks its thread.
    package static func missing(conninfo: String) throws(Failure) -> [Migration] {
        do {
            let connection = try ScriptConnection(conninfo: conninfo)
            let exists = try connection.rows("SELECT to_regclass('public.schema_migrations') IS NOT NULL")
            guard exists.first?.first == "t" else { return Migration.all }
            let applied = try applied(connection)
            try verify(applied)
            return Migration.all.filter { applied[$0.version] == nil }
        } catch let error as ScriptConnection.Failure {
            throw Failure(description: error.description)
        } catch let error as Failure {
            throw error
        } catch {
            throw Failure(description: "\(error)")
        }
    }

    private static func applied(_ connection: borrowing ScriptConnection) throws -> [Int: String] {
        let rows = try connection.rows("SELECT version, checksum FROM public.schema_migrations ORDER BY version")
        return rows.reduce(into: [:]) { applied, row in
            if let version = row[0].flatMap({ Int($0) }) { applied[version] = row[1] ?? "" }
        }
    }

    /// A migration that was applied must be the one that this version knows: files are added, never changed.
    private static func verify(_ applied: [Int: String]) throws(Failure) {
        for (version, checksum) in applied {
            guard let known = Migration.all.first(where: { $0.version == version }) else {
                throw Failure(
                    description: "The database is at migration \(version), which this agentd does not know: "
                        + "it was migrated by a newer version. Use that version or a later one.", isOtherSchema: true)
            }
            guard checksum == known.checksum else {
                throw Failure(
                    description: "Migration \(version) (\(known.name)) was applied to this database with another text "
                        + "than this agentd has. Use the version that applied it.", isOtherSchema: true)
            }
        }
    }

    private static func apply(_ migration: Migration, to connection: borrowing ScriptConnection) throws {
        // One simple query is one transaction: the bookkeeping is committed with the change or not at all.
        try connection.execute(
            """
            \(lending)
            SET LOCAL ROLE agentd_owner;
            SET LOCAL search_path = public;
            \(migration.sql)
            ;
            INSERT INTO public.schema_migrations (version, name, checksum)
            VALUES (\(migration.version), '\(migration.name)', '\(migration.checksum)');
            RESET ROLE;
            \(returning)
            """)
    }

    static func explain(_ error: ScriptConnection.Failure) -> String {
        error.sqlState == "42501"
            ? "\(error.message). AGENTD_OWNER_DATABASE_URL must connect as a superuser; or as the owner of the "
                + "database with CREATEROLE, where the schema public holds nothing of other roles."
            : error.description
    }
}

extension Migration {
    /// SHA-256 of its text in hexadecimal.
    fileprivate var checksum: String {
        SHA256.hash(data: Array(sql.utf8)).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }
}

extension Migrator {
    /// The three roles. Roles belong to the whole cluster, so another database may be making them at this moment.
    /// Attributes of roles that exist are left alone: the proof of isolation judges them.
    fileprivate static let roles = """
        DO $roles$
        DECLARE
            wanted record;
        BEGIN
            FOR wanted IN
                SELECT * FROM (VALUES ('agentd_owner', 'NOLOGIN'), ('agentd_app', 'LOGIN'),
                    ('agentd_platform', 'LOGIN')) AS roles (name, login)
            LOOP
                IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted.name) THEN
                    BEGIN
                        EXECUTE format('CREATE ROLE %I %s NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOINHERIT',
                            wanted.name, wanted.login);
                    EXCEPTION WHEN duplicate_object OR unique_violation THEN
                        NULL;
                    END;
                END IF;
            END LOOP;
            IF NOT pg_has_role(current_user, 'agentd_owner', 'MEMBER') THEN
                EXECUTE format('GRANT agentd_owner TO %I', current_user);
            END IF;
            EXECUTE 'GRANT CREATE, USAGE ON SCHEMA public TO agentd_owner';
            EXECUTE format('GRANT CONNECT ON DATABASE %I TO agentd_app, agentd_platform', current_database());
        END $roles$;
        """

    /// Lets agentd_owner name what others have in `public`: a statement about all tables there fails at the first one
    /// on which it has no right at all. REFERENCES shows and changes nothing. Only somebody who may give it does.
    fileprivate static let lending = """
        DO $lending$
        DECLARE
            other record;
            lent text := '';
        BEGIN
            FOR other IN
                SELECT oid::regclass AS name FROM pg_class
                WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f')
                    AND NOT has_table_privilege('agentd_owner', oid, 'SELECT, INSERT, UPDATE, DELETE, REFERENCES')
            LOOP
                BEGIN
                    EXECUTE format('GRANT REFERENCES ON %s TO agentd_owner', other.name);
                    lent := concat_ws(', ', nullif(lent, ''), other.name::text);
                EXCEPTION WHEN insufficient_privilege THEN
                    NULL;
                END;
            END LOOP;
            EXECUTE format('SET LOCAL agentd.lent = %L', lent);
        END $lending$;
        """

    fileprivate static let returning = """
        DO $returning$ BEGIN
            IF current_setting('agentd.lent') <> '' THEN
                EXECUTE format('REVOKE REFERENCES ON %s FROM agentd_owner', current_setting('agentd.lent'));
            END IF;
        END $returning$;
        """

    fileprivate static let bookkeeping = """
        SET LOCAL ROLE agentd_owner;
        CREATE TABLE IF NOT EXISTS public.schema_migrations (
            version integer PRIMARY KEY,
            name text NOT NULL,
            checksum text NOT NULL,
            apply_time timestamptz NOT NULL DEFAULT now()
        );
        """
}
