/// The steps that bring the rows over and keep them alike.
extension ConversionStep {
    /// - Parameter singular: `user` or `agent`.
    static func follow(_ singular: String, _ context: ConversionContext) -> ConversionStep {
        ConversionStep(
            name: "follow-\(singular)s", title: "Write what the application writes to \(singular)s to agentd as well",
            lock: "SHARE ROW EXCLUSIVE on \(singular)s for some milliseconds: writes wait, reads do not",
            work: .statements(Triggers.following(singular, in: context.home)),
            undo: Triggers.withoutFollowing(singular, in: context.home))
    }

    static func copy(_ singular: String, _ context: ConversionContext) -> ConversionStep {
        ConversionStep(
            name: "copy-\(singular)s", title: "Copy the \(singular)s",
            lock: "FOR KEY SHARE on the rows of one batch: only who deletes one of them waits for the batch",
            work: .copy(BatchStatement(singular: singular, context: context)), undo: "")
    }

    static func compare(_ singular: String, _ context: ConversionContext) -> ConversionStep {
        ConversionStep(
            name: "compare-\(singular)s", title: "Compare the \(singular)s of both sides, and mend what differs",
            lock: "none", work: .comparison(Comparison(singular: singular, context: context)), undo: "")
    }

    /// The sums of all agents, in one statement: what it sees of the agents and the differences that it removes belong
    /// to one moment, and later differences add to the sums. agentd, which adds them up, waits.
    static func count(_ context: ConversionContext) -> ConversionStep {
        ConversionStep(
            name: "count", title: "Count the agents for the limits and the statistics", lock: "none",
            work: .statements(
                """
                SELECT pg_advisory_xact_lock(1, 1);
                \(BatchStatement.boundToTenant(context))
                DELETE FROM public.agent_counts WHERE tenant_id = \(context.tenant);
                WITH removed AS (DELETE FROM public.agent_count_deltas WHERE tenant_id = \(context.tenant))
                INSERT INTO public.agent_counts (tenant_id, dimension, key, agents, bytes)
                SELECT \(context.tenant), dimension, key, agents, bytes FROM (
                    SELECT CASE WHEN grouping(status) = 0 THEN 'status' WHEN grouping(agent_type) = 0 THEN 'type'
                            WHEN grouping(owner_id) = 0 THEN 'owner' ELSE 'created' END AS dimension,
                        coalesce(status, agent_type, owner_id::text, day::text) AS key, count(*) AS agents,
                        CASE WHEN grouping(day) = 0 THEN 0 ELSE sum(bytes) END AS bytes
                    FROM (
                        SELECT status, agent_type, owner_id, (create_time AT TIME ZONE 'UTC')::date AS day,
                            public.agent_bytes(name, description, system_prompt, config) AS bytes
                        FROM public.agents WHERE tenant_id = \(context.tenant) AND is_active) AS agents
                    GROUP BY GROUPING SETS ((status), (agent_type), (owner_id), (day))) AS sums
                WHERE dimension <> 'created' OR key > \(AgentCounts.forgottenDay)::text;
                RESET ROLE;
                """), undo: "")
    }

    /// From here on both sides make rows, and none makes the id of another: the application the odd ones, agentd the
    /// even ones.
    static func answer(_ context: ConversionContext) -> ConversionStep {
        let home = context.home
        return ConversionStep(
            name: "answer", title: "Show the application what agentd writes",
            lock: "SHARE ROW EXCLUSIVE on users and agents for some milliseconds: writes wait, reads do not",
            work: .statements(
                """
                LOCK TABLE \(home).users, \(home).agents IN SHARE ROW EXCLUSIVE MODE;
                \(Sequences.shared("user", home: home))
                \(Sequences.shared("agent", home: home))
                SET LOCAL ROLE agentd_owner;
                \(Triggers.answering("user", tenant: context.tenant))
                \(Triggers.answering("agent", tenant: context.tenant))
                RESET ROLE;
                """),
            undo: "\(Sequences.alone("user", home: home))\n\(Sequences.alone("agent", home: home))")
    }

    static func split(_ context: ConversionContext) -> ConversionStep {
        ConversionStep(
            name: "split", title: "Move users with their agents to the tenants of the map",
            lock: "FOR UPDATE on the rows of one user", work: .split, undo: "")
    }

    static func open(_ context: ConversionContext) -> ConversionStep {
        ConversionStep(
            name: "open", title: "Open the tenants: agentd serves them",
            lock: "none on tables of the application",
            work: .statements(
                """
                SET LOCAL ROLE agentd_owner;
                ANALYZE public.users, public.agents;
                RESET ROLE;
                GRANT SELECT ON agentd_conversion.tenants TO agentd_platform;
                GRANT USAGE ON SCHEMA agentd_conversion TO agentd_platform;
                \(asPlatform)
                UPDATE public.tenants SET state = 'active'
                WHERE id IN (SELECT id FROM agentd_conversion.tenants) AND state = 'suspended';
                RESET ROLE;
                REVOKE ALL ON agentd_conversion.tenants FROM agentd_platform;
                REVOKE ALL ON SCHEMA agentd_conversion FROM agentd_platform;
                """), undo: "")
    }
}

/// The two sequences of each table, the application's and agentd's.
enum Sequences {
    /// Both go on above every id, in steps of two: the application's with odd numbers.
    static func shared(_ singular: String, home: String) -> String {
        let table = "\(home).\(singular)s"
        return """
            DO $$
            DECLARE own text := pg_get_serial_sequence('\(table)', 'id'); last bigint := 0; highest bigint; top bigint;
            BEGIN
                SELECT coalesce(max(id), 0) INTO top FROM \(table);
                IF own IS NOT NULL THEN
                    EXECUTE 'SELECT last_value FROM ' || own INTO last;
                    SELECT seqmax INTO highest FROM pg_sequence WHERE seqrelid = own::regclass;
                    -- A single id at the end of what the column holds: both go on where the application was.
                    IF greatest(top, last) > highest - 2 THEN top := last; END IF;
                END IF;
                top := (greatest(top, last) + 1) / 2 * 2;
                IF top < highest THEN
                    EXECUTE format('ALTER SEQUENCE %s INCREMENT BY 2 RESTART WITH %s', own, top + 1);
                END IF;
                EXECUTE format('ALTER SEQUENCE public.\(singular)s_id_seq INCREMENT BY 2 RESTART WITH %s', top + 2);
            END $$;
            """
    }

    /// That of the application goes on above every id, as it did before; or, where none is left there, above those that
    /// both have made.
    static func alone(_ singular: String, home: String) -> String {
        """
        DO $$
        DECLARE own text; last bigint; others bigint := 0; highest bigint; top bigint;
        BEGIN
            IF to_regclass('\(home).\(singular)s') IS NULL THEN RETURN; END IF;
            own := pg_get_serial_sequence('\(home).\(singular)s', 'id');
            IF own IS NULL OR (SELECT seqincrement FROM pg_sequence WHERE seqrelid = own::regclass) <> 2 THEN
                RETURN;
            END IF;
            SELECT seqmax INTO highest FROM pg_sequence WHERE seqrelid = own::regclass;
            EXECUTE 'SELECT last_value FROM ' || own INTO last;
            SELECT last_value INTO others FROM public.\(singular)s_id_seq;
            SELECT greatest(max(id), last) INTO top FROM \(home).\(singular)s;
            IF top >= highest THEN top := greatest(last, others); END IF;
            IF top < highest THEN
                EXECUTE format('ALTER SEQUENCE %s INCREMENT BY 1 RESTART WITH %s', own, top + 1);
            ELSE
                EXECUTE format('ALTER SEQUENCE %s INCREMENT BY 1', own);
            END IF;
        END $$;
        """
    }

    /// That of agentd goes on above every id, as a new table would have it.
    static func fresh(_ singular: String) -> String {
        """
        DO $$
        DECLARE top bigint;
        BEGIN
            SELECT last_value INTO top FROM public.\(singular)s_id_seq;
            EXECUTE format('ALTER SEQUENCE public.\(singular)s_id_seq INCREMENT BY 1 RESTART WITH %s', top + 1);
        END $$;
        """
    }
}
