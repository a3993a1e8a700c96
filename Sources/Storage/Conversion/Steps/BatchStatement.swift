/// Copies the next rows of one table, and notes how far it is.
struct BatchStatement: Sendable {
    /// The rows of one batch, where a person reads the statement.
    static let exampleLimit = "1000"

    /// `user` or `agent`.
    let singular: String
    let context: ConversionContext

    var stepName: String { "copy-\(singular)s" }

    /// Settings for all batches. No trigger and no check of a foreign key runs for each agent, which is most of the
    /// work: the agents bring what the triggers would set, a later step counts them, and their owners are there; they
    /// cannot go while the application has the agents, which the batch locks.
    var settings: [String: String] {
        singular == "agent"
            ? Self.byKey.merging(["session_replication_role": "replica"]) { $1 } : Self.byKey
    }

    /// The next rows by their key, whatever the statistics say: else each batch reads and sorts all that is left.
    static let byKey = ["enable_seqscan": "off", "enable_bitmapscan": "off", "enable_sort": "off"]

    /// Everything is bound to the tenant, like a tenant's own statement.
    static func boundToTenant(_ context: ConversionContext) -> String {
        """
        SET LOCAL ROLE agentd_owner;
        SET LOCAL search_path = pg_catalog, public;
        SET LOCAL app.current_tenant_id = \(SQLText.literal(context.tenantID));
        SET LOCAL agentd_conversion.origin = 'legacy';
        """
    }

    /// Where the copy ends: rows that come later the triggers bring.
    var bounds: String {
        """
        UPDATE agentd_conversion.steps SET state = 'running', start_time = coalesce(start_time, now()),
            bound = coalesce(bound, (SELECT coalesce(max(id), 0) FROM \(context.home).\(singular)s)),
            total = CASE WHEN total > 0 THEN total ELSE (SELECT count(*) FROM \(context.home).\(singular)s) END
        WHERE name = '\(stepName)' RETURNING bound, rows, total
        """
    }

    /// Answers the rows of this batch and of all; no rows of this batch: the end.
    /// - Parameter limit: As SQL.
    func sql(limit: String) -> String {
        """
        WITH step AS (SELECT coalesce(reached, -9223372036854775808) AS reached, bound
            FROM agentd_conversion.steps WHERE name = '\(stepName)'),
        batch AS MATERIALIZED (
            SELECT l.* FROM \(context.home).\(singular)s AS l
            WHERE l.id > (SELECT reached FROM step) AND l.id <= (SELECT bound FROM step)
            ORDER BY l.id LIMIT \(limit) FOR KEY SHARE
        ),
        copied AS (\(copied))
        UPDATE agentd_conversion.steps SET reached = coalesce((SELECT max(id) FROM batch), bound),
            rows = rows + (SELECT count(*) FROM batch)
        WHERE name = '\(stepName)' AND (SELECT count(*) FROM copied) >= 0
        RETURNING (SELECT count(*) FROM batch), rows, total
        """
    }

    /// Users one by one, since their e-mails may be taken; agents all at once.
    private var copied: String {
        guard singular == "agent" else { return "SELECT agentd_conversion.put_user(l) FROM batch AS l" }
        let columns = context.mapping.agentColumns + [("update_time", context.mapping.updateTime)]
        return """
            INSERT INTO public.agents (tenant_id, id, \(columns.map(\.name).joined(separator: ", ")))
            SELECT \(context.tenant), l.id, \(columns.map(\.expression).joined(separator: ",\n    "))
            FROM batch AS l ON CONFLICT (tenant_id, id) DO NOTHING RETURNING id
            """
    }
}
