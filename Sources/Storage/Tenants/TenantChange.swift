internal import AgentdCore
internal import Postgres

/// The SQL that the changes to an existing tenant share. It decides on the row as it is once it is locked, not on what
/// the statement saw of it when it began.
enum TenantChange {
    /// Parameters 8 and 9: the tenant that is changed, and the revision that it must have, or NULL for any.
    static let parameterTypes = Change.parameterTypes + [ParameterType.uuid, .int8]

    /// - Parameters:
    ///   - assignments: Of the columns that change, of the table `t`.
    ///   - condition: What `old`, the row before the change, must be; `unsuitable` when it is not.
    ///   - columns: Those that the answer is read from, of the table `t`.
    static func sql(
        _ method: String, set assignments: String, where condition: String = "old.state <> 'deleted'",
        answering columns: String
    ) -> String {
        """
        WITH \(Change.prior),
        old AS (
            SELECT * FROM tenants WHERE id = $8 AND NOT EXISTS (SELECT FROM prior) FOR NO KEY UPDATE
        ),
        changed AS (
            UPDATE tenants AS t SET \(assignments) FROM old
            WHERE t.id = old.id AND \(condition) AND ($9::bigint IS NULL OR old.revision = $9)
            RETURNING t.*
        ),
        \(Change.audited(
            "TenantService.\(method)", objectType: "tenant", tenant: "changed.id",
            changes: "changed_fields(row_to_json(old), row_to_json(changed))", from: "changed, old")),
        \(Change.remembered(method)),
        answer AS (
            SELECT * FROM changed
            UNION ALL
            SELECT t.* FROM prior AS p, LATERAL \(Change.firstAnswer(method, "tenants")) AS t
        )
        SELECT CASE
                WHEN p.method IS NOT NULL THEN \(Change.priorOutcome(method))
                WHEN t.id IS NOT NULL THEN 'done'
                WHEN old.id IS NULL THEN 'absent'
                WHEN NOT (\(condition)) THEN 'unsuitable'
                ELSE 'stale'
            END,
            \(columns)
        FROM (SELECT 1) AS one
            LEFT JOIN prior AS p ON true LEFT JOIN answer AS t ON true LEFT JOIN old ON true
        """
    }

    /// Sets a column of `t` when the field is among those of `fields`, a parameter.
    static func assign(_ column: String, _ field: TenantFields, of fields: String, _ value: String) -> String {
        "\(column) = CASE WHEN \(fields) & \(field.rawValue) <> 0 THEN \(value) ELSE t.\(column) END"
    }

    static func bind(id: TenantID, revision: Int64?, to parameters: inout Parameters) {
        parameters.append(id)
        parameters.append(int8: revision)
    }

    static func decode(_ rows: borrowing Rows) throws(DecodingFailure) -> ChangeOutcome<Tenant> {
        try decode(rows) { (rows) throws(DecodingFailure) in try TenantColumns.tenant(rows, 0, first: 1) }
    }

    static func decode<Value>(
        _ rows: borrowing Rows, value: (borrowing Rows) throws(DecodingFailure) -> Value
    ) throws(DecodingFailure) -> ChangeOutcome<Value> {
        guard rows.count == 1 else { throw DecodingFailure("a change answered \(rows.count) rows") }
        return try ChangeOutcome(try rows.text(0, 0), decoding: rows, value: value)
    }
}
