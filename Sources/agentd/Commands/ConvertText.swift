internal import Storage

/// Plan, status and report of a conversion as people read them.
enum ConvertText {
    static func plan(_ plan: ConversionPlan) -> String {
        var text = """
            The application connects as \(plan.role); its tables users (about \(plan.userRows) rows) and agents \
            (about \(plan.agentRows) rows) are in the schema \(plan.schema).
            Nothing was changed. Times without a zone are taken as \(plan.timeZone) (--legacy-time-zone).

            """
        text += section("This stands in the way, and has to be mended before:", plan.obstacles)
        text += section("To know:", plan.remarks)
        text += section(
            "What is in the data, and what becomes of it:",
            plan.findings.map { finding in
                let change = finding.change.isEmpty ? "" : " [change it: \(finding.change)]"
                return "\(finding.count) \(finding.what) \(finding.rule)\(change)"
            })
        text += "\nThe steps:\n"
        for (index, step) in plan.steps.enumerated() {
            let sql = step.sql.split(separator: "\n", omittingEmptySubsequences: false).map { "       \($0)\n" }
                .joined()
            text += """
                \(index + 1 < 10 ? " " : "")\(index + 1). \(step.title)
                    lock: \(step.lock)
                    time: \(step.estimate)
                    SQL:
                \(sql)
                """
        }
        return text
    }

    static func status(_ status: ConversionStatus?) -> String {
        guard let status else { return "No conversion is under way on this database.\n" }
        let steps = status.steps.enumerated().map { index, step in
            let mark = ["done": "done   ", "running": "running"][step.state] ?? "waiting"
            let rows = step.total > 0 ? " (\(step.rows) of \(max(step.rows, step.total)) rows)" : ""
            return "\(index + 1 < 10 ? " " : "")\(index + 1). \(mark)  \(step.title)\(rows)\n"
        }.joined()
        let now = status.converter.map { "A converter works on it\($0)." } ?? "No converter works on it now."
        let next =
            status.isComplete
            ? "It is complete. The application (\(status.role)) keeps working, in the tenant \(status.tenantSlug), "
                + "until `agentd convert --finish`; `--rollback` takes everything back."
            : "`agentd convert` goes on with it; `--rollback` takes everything back."
        return "\(steps)\(now)\n\(next)\n"
    }

    static func report(_ report: ConversionReport) -> String {
        var text = "\n"
        for table in report.tables {
            text += """
                \(table.name): \(table.before.rows) rows before, \(table.after.rows) after; checksum \
                \(table.before.checksum) before, \(table.after.checksum) after: \
                \(table.isEqual ? "equal" : "DIFFERENT")

                """
        }
        text += section(
            "What was mapped, as it was when both sides were compared:",
            report.findings.map { "\($0.count) \($0.what) \($0.rule)" })
        text += section(
            "Rows by tenant:",
            report.tenants.map { tenant in
                let users = ConversionReport.counted(tenant.users, "user")
                return "\(tenant.slug): \(users), \(ConversionReport.counted(tenant.agents, "agent"))"
            })
        return text + "\nConverted: agentd can serve this database. The application keeps working until it is switched "
            + "off; then run `agentd convert --finish`.\n"
    }

    private static func section(_ title: String, _ lines: [String]) -> String {
        lines.isEmpty ? "" : "\n\(title)\n" + lines.map { "- \($0)\n" }.joined()
    }
}
