internal import Postgres

extension TestDatabase {
    /// What the catalogue says of all schemas but the system's: every object with everything that makes it up, one a
    /// line, so that two databases can be compared.
    package func catalogue(schemas: String = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'") throws
        -> [String]
    {
        try rows(
            """
            SELECT entry FROM (
                SELECT format('schema %s %s %s', n.nspname, pg_get_userbyid(n.nspowner),
                    (SELECT array_agg(a::text ORDER BY a::text) FROM unnest(n.nspacl) AS a)) AS entry
                FROM pg_namespace AS n WHERE \(schemas)
                UNION ALL
                SELECT format('relation %s.%s %s %s rls %s %s acl %s options %s', n.nspname, c.relname, c.relkind,
                    pg_get_userbyid(c.relowner), c.relrowsecurity, c.relforcerowsecurity,
                    (SELECT array_agg(a::text ORDER BY a::text)
                        FROM unnest(coalesce(c.relacl, acldefault('r', c.relowner))) AS a), c.reloptions)
                FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
                WHERE \(schemas) AND c.relkind IN ('r', 'v', 'm', 'p', 'f')
                UNION ALL
                SELECT format('column %s.%s %s %s %s null %s default %s identity %s acl %s', n.nspname, c.relname,
                    a.attnum, a.attname, format_type(a.atttypid, a.atttypmod), NOT a.attnotnull,
                    pg_get_expr(d.adbin, d.adrelid), a.attidentity,
                    (SELECT array_agg(x::text ORDER BY x::text) FROM unnest(a.attacl) AS x))
                FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid
                    JOIN pg_namespace AS n ON n.oid = c.relnamespace
                    LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
                WHERE \(schemas) AND c.relkind IN ('r', 'v', 'm', 'p', 'f') AND a.attnum > 0
                UNION ALL
                SELECT format('sequence %s.%s %s start %s by %s min %s max %s cycle %s acl %s', n.nspname, c.relname,
                    pg_get_userbyid(c.relowner), s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcycle, c.relacl)
                FROM pg_sequence AS s JOIN pg_class AS c ON c.oid = s.seqrelid
                    JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE \(schemas)
                UNION ALL
                SELECT format('constraint %s.%s %s %s valid %s', n.nspname, k.conrelid::regclass, k.conname,
                    pg_get_constraintdef(k.oid), k.convalidated)
                FROM pg_constraint AS k JOIN pg_namespace AS n ON n.oid = k.connamespace WHERE \(schemas)
                UNION ALL
                SELECT format('index %s valid %s ready %s', pg_get_indexdef(i.indexrelid), i.indisvalid, i.indisready)
                FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
                    JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE \(schemas)
                UNION ALL
                SELECT format('policy %s.%s %s %s %s %s %s %s', p.schemaname, p.tablename, p.policyname, p.permissive,
                    p.roles, p.cmd, p.qual, p.with_check)
                FROM pg_policies AS p JOIN pg_namespace AS n ON n.nspname = p.schemaname WHERE \(schemas)
                UNION ALL
                SELECT format('function %s %s acl %s %s', p.oid::regprocedure, pg_get_userbyid(p.proowner),
                    (SELECT array_agg(a::text ORDER BY a::text) FROM unnest(p.proacl) AS a), pg_get_functiondef(p.oid))
                FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace WHERE \(schemas)
                UNION ALL
                SELECT format('trigger %s enabled %s', pg_get_triggerdef(t.oid), t.tgenabled)
                FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid
                    JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE \(schemas) AND NOT t.tgisinternal
                UNION ALL
                SELECT format('setting %s %s', s.setrole::regrole, s.setconfig) FROM pg_db_role_setting AS s
                WHERE s.setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
            ) AS entries
            ORDER BY 1
            """
        ).compactMap { $0[0] }
    }
}
