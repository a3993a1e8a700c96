internal import Postgres

/// The two ends of a conversion: back to where it began, or on to where no application is any more. Each is one
/// transaction, so that killing it leaves everything as it was.
enum ConversionEnd {
    static func rollback(_ session: Session, _ conversion: Conversion) throws {
        guard try ProgressTable.exists(session.connection) else {
            throw ConversionFailure.refused(
                "There is nothing to take back: no conversion is under way on this database.")
        }
        let context = try ContextLoader.load(
            session.connection, conversion.continuing(session.connection), rules: ConversionRules()
        ).context
        try session.transaction { connection in
            try connection.execute(locks(context))
            try refuseOthers(connection, context)
            for step in ConversionStep.all(context).reversed() where !step.undo.isEmpty {
                try connection.execute(step.undo)
            }
        }
    }

    static func finish(_ session: Session, _ conversion: Conversion) throws -> [String] {
        guard try ProgressTable.exists(session.connection) else {
            throw ConversionFailure.refused("There is nothing to finish: no conversion is under way on this database.")
        }
        let open = try ProgressTable.entries(session.connection).filter { $0.state != "done" }
        guard open.isEmpty else {
            throw ConversionFailure.refused(
                "The conversion is not complete: \(open.count) of its steps are to be done. Run `agentd convert` first."
            )
        }
        let context = try ContextLoader.load(
            session.connection, conversion.continuing(session.connection), rules: ConversionRules()
        ).context
        let sessions = try session.connection.rows(
            "SELECT count(*) FROM pg_stat_activity WHERE usename = $1 AND datname = current_database()", [context.role])
        guard sessions.first?.first == "0" else {
            throw ConversionFailure.refused(
                "The application still has \(ConversionReport.counted(sessions.first?[0] ?? "some", "connection")) as "
                    + "\(context.role). Switch it off first: finishing removes its tables.")
        }
        do {
            return try session.transaction { connection in
                try connection.execute(finishing(context))
                return try connection.rows(
                    "SELECT oid::regclass FROM pg_class WHERE relnamespace = to_regnamespace($1) "
                        + "AND relkind IN ('r', 'p', 'v', 'm', 'f') ORDER BY relname", [context.home]
                ).compactMap { $0[0] }
            }
        } catch let error as ScriptConnection.Failure where error.sqlState == "2BP01" {
            throw ConversionFailure.refused(
                "Nothing was changed, because others need the tables of the application. Drop these, or what in them "
                    + "refers to those tables, and run it again:\n\(error.detail ?? error.message)")
        }
    }

    /// All that either side uses, the application's first: whoever has one of these waits for none of agentd's then.
    private static func locks(_ context: ConversionContext) -> String {
        let home = context.home
        return """
            DO $$ DECLARE wanted text; BEGIN
                FOREACH wanted IN ARRAY ARRAY['\(home).users', '\(home).agents', 'public.users', 'public.agents',
                    'public.tenants', 'public.tokens'] LOOP
                    IF to_regclass(wanted) IS NOT NULL THEN
                        EXECUTE 'LOCK TABLE ' || wanted || ' IN ACCESS EXCLUSIVE MODE';
                    END IF;
                END LOOP;
            END $$;
            """
    }

    /// Whatever belongs to another tenant would be lost.
    private static func refuseOthers(_ connection: borrowing ScriptConnection, _ context: ConversionContext) throws {
        // Before that, there is none. The tables may be there, and not all rights on them.
        guard try ProgressTable.entries(connection).contains(where: { $0.name == "tenant" && $0.state == "done" })
        else {
            return
        }
        try connection.execute(ConversionStep.asPlatform)
        let others = try connection.rows(
            """
            SELECT t.slug, count(u.id) FROM public.tenants AS t JOIN public.users AS u ON u.tenant_id = t.id
            WHERE t.id <> \(context.tenant) AND t.state <> 'deleted' AND u.delete_time IS NULL
            GROUP BY t.slug ORDER BY t.slug
            """)
        try connection.execute("RESET ROLE; RESET search_path")
        guard others.isEmpty else {
            let named = others.map { "\($0[0] ?? "") (\(ConversionReport.counted($0[1] ?? "", "user")))" }.joined(
                separator: ", ")
            throw ConversionFailure.refused(
                "It cannot be taken back, because other tenants own rows, for which the application has no place: "
                    + "\(named). Bring their users back with `agentd tenant move-user --user ID --to "
                    + "\(context.tenantSlug)`; or delete the tenant with `agentctl tenants delete`: what it has is "
                    + "lost for ever then. Run it again afterwards. Nothing was changed.")
        }
    }

    private static func finishing(_ context: ConversionContext) -> String {
        let home = context.home
        let role = SQLText.literal(context.role)
        return """
            LOCK TABLE \(home).users, \(home).agents IN ACCESS EXCLUSIVE MODE;
            SET LOCAL ROLE agentd_owner;
            \(Triggers.withoutAnswering("user"))
            \(Triggers.withoutAnswering("agent"))
            \(Sequences.fresh("user"))
            \(Sequences.fresh("agent"))
            RESET ROLE;
            \(OtherRoles.forget)
            DROP SCHEMA agentd_conversion CASCADE;
            DROP TABLE \(home).users, \(home).agents;
            DO $$ BEGIN
                BEGIN
                    REVOKE ALL ON SCHEMA \(home) FROM agentd_owner;
                    DROP SCHEMA \(home);
                EXCEPTION WHEN dependent_objects_still_exist THEN
                    NULL;
                END;
                IF NOT EXISTS (SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace
                    AND pg_get_userbyid(relowner) = \(role)) THEN
                    REVOKE ALL ON SCHEMA public FROM \(context.quotedRole);
                END IF;
            END $$;
            \(ConversionStep.roleSetting(
                context, context.searchPath.map { "SET search_path = \($0)" } ?? "RESET search_path"));
            \(ConversionStep.roleSetting(context, "RESET app.current_tenant_id"));
            """
    }
}

extension Conversion {
    /// The same with the tenant that an earlier run began with: to end it needs no decision again.
    func continuing(_ connection: borrowing ScriptConnection) throws -> Conversion {
        let slug = try ProgressTable.decisions(connection).first { $0.kind == "state" && $0.name == "tenant_slug" }
        return Conversion(
            ownerConninfo: ownerConninfo, defaultTenantSlug: slug?.value ?? defaultTenantSlug,
            rowLevelSecurity: rowLevelSecurity)
    }
}
