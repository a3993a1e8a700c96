internal import Postgres

/// What is kept of a conversion in the database that it converts.
enum ProgressTable {
    struct Entry: Sendable {
        let name: String
        /// `waiting`, `running` or `done`.
        let state: String
        let rows: Int
        let total: Int
    }

    static func exists(_ connection: borrowing ScriptConnection) throws(ScriptConnection.Failure) -> Bool {
        try connection.rows("SELECT to_regclass('agentd_conversion.steps') IS NOT NULL").first?.first == "t"
    }

    static func entries(_ connection: borrowing ScriptConnection) throws(ScriptConnection.Failure) -> [Entry] {
        try connection.rows("SELECT name, state, rows, total FROM agentd_conversion.steps ORDER BY position").map {
            row in
            Entry(
                name: row[0] ?? "", state: row[1] ?? "", rows: row[2].flatMap { Int($0) } ?? 0,
                total: row[3].flatMap { Int($0) } ?? 0)
        }
    }

    /// That a step is done, as SQL for the end of its own transaction.
    static func done(_ name: String) -> String {
        """
        UPDATE agentd_conversion.steps SET state = 'done', start_time = coalesce(start_time, now()), end_time = now()
        WHERE name = '\(name)';
        """
    }

    /// The rows of the first step.
    static func filled(_ steps: [ConversionStep], _ decisions: [(kind: String, name: String, value: String)]) -> String
    {
        let rows = steps.enumerated().map { "(\($0.offset), '\($0.element.name)')" }.joined(separator: ", ")
        let kept = decisions.map { decision in
            "(\([decision.kind, decision.name, decision.value].map(SQLText.literal).joined(separator: ", ")))"
        }.joined(separator: ", ")
        return """
            INSERT INTO agentd_conversion.steps (position, name) VALUES \(rows);
            INSERT INTO agentd_conversion.decisions (kind, name, value) VALUES \(kept);
            """
    }

    static func decisions(
        _ connection: borrowing ScriptConnection
    ) throws(ScriptConnection.Failure) -> [(kind: String, name: String, value: String)] {
        try connection.rows("SELECT kind, name, value FROM agentd_conversion.decisions ORDER BY 1, 2")
            .map { ($0[0] ?? "", $0[1] ?? "", $0[2] ?? "") }
    }

    /// What was found in the data, as SQL; in place of what an earlier attempt has kept.
    static func keeping(_ findings: [ConversionPlan.Finding]) -> String {
        let rows = findings.enumerated().map { number, finding in
            let texts = [finding.count, finding.what, finding.rule].map(SQLText.literal).joined(separator: ", ")
            return "(\(number), \(texts))"
        }
        let insertion =
            rows.isEmpty
            ? ""
            : "INSERT INTO agentd_conversion.findings (position, count, what, rule) VALUES "
                + "\(rows.joined(separator: ", "));"
        return "DELETE FROM agentd_conversion.findings; \(insertion)"
    }

    static func findings(
        _ connection: borrowing ScriptConnection
    ) throws(ScriptConnection.Failure) -> [ConversionPlan.Finding] {
        try connection.rows("SELECT count, what, rule FROM agentd_conversion.findings ORDER BY position").map { row in
            ConversionPlan.Finding(what: row[1] ?? "", count: row[0] ?? "", rule: row[2] ?? "", change: "")
        }
    }

    static func figures(_ connection: borrowing ScriptConnection) throws(ScriptConnection.Failure) -> [String: String] {
        let rows = try connection.rows("SELECT name, value FROM agentd_conversion.figures")
        return Dictionary(rows.map { ($0[0] ?? "", $0[1] ?? "") }) { first, _ in first }
    }
}
