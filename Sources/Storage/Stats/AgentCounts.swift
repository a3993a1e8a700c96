/// The SQL that counts the agents of a tenant without looking at them: the sums of `agent_counts` and the differences
/// of `agent_count_deltas` that have not been added to them yet. Only both together, in one snapshot, are the truth.
package enum AgentCounts {
    /// How many days of created and deleted agents statistics show, with today.
    static let shownDays = 30

    /// A scalar: how many agents of a tenant are not deleted.
    /// - Parameter tenant: The parameter or expression with the id of the tenant.
    static func living(tenant: String) -> String {
        """
        (coalesce((SELECT sum(agents) FROM agent_counts
                WHERE tenant_id = \(tenant) AND dimension = 'status' AND key <> 'deleted'), 0)
            + coalesce((SELECT sum(agents) FROM agent_count_deltas
                WHERE tenant_id = \(tenant) AND status <> 'deleted'), 0))
        """
    }

    /// What differences add to the sums: rows of tenant_id, dimension, key, agents and bytes. Days that are not kept
    /// any more are left out.
    /// - Parameter deltas: A table with the columns of `agent_count_deltas`.
    static func parts(of deltas: String) -> String {
        """
        \(statusParts(of: deltas))
        UNION ALL
        SELECT tenant_id, 'type', agent_type, agents, bytes FROM \(deltas) WHERE status <> 'deleted'
        UNION ALL
        SELECT tenant_id, 'owner', owner_id::text, agents, bytes FROM \(deltas) WHERE status <> 'deleted'
        UNION ALL
        SELECT tenant_id, 'created', day::text, created, 0 FROM \(deltas) WHERE created <> 0 AND day > \(forgottenDay)
        UNION ALL
        SELECT tenant_id, 'deleted', day::text, deleted, 0 FROM \(deltas) WHERE deleted <> 0 AND day > \(forgottenDay)
        """
    }

    /// The same for the dimension `status` alone.
    static func statusParts(of deltas: String) -> String {
        "SELECT tenant_id, 'status' AS dimension, status AS key, agents, bytes FROM \(deltas)"
    }

    /// The newest day that is not kept. A day more is kept than is shown, so that none goes while somebody looks.
    package static let forgottenDay = day(before: shownDays + 1)

    /// A date: so many days ago.
    static func day(before days: Int) -> String { "((now() AT TIME ZONE 'UTC')::date - \(days))" }
}
