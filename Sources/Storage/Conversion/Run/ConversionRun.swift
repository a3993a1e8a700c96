internal import Postgres

/// Does the steps that are not done, in order.
struct ConversionRun {
    let conversion: Conversion
    let session: Session
    let context: ConversionContext

    /// The last of a comparison that finds no end to differences gives up.
    private static let mends = 5

    func steps(maximumRate: Int?, _ report: (ConversionProgress) -> Void) throws {
        let steps = ConversionStep.all(context)
        let done =
            try ProgressTable.exists(session.connection)
            ? Set(try ProgressTable.entries(session.connection).filter { $0.state == "done" }.map(\.name)) : []
        try becomeMember()
        for (index, step) in steps.enumerated() {
            guard !done.contains(step.name) else {
                report(.doneBefore(index + 1, of: steps.count, title: step.title))
                continue
            }
            try session.checkStop()
            report(.began(index + 1, of: steps.count, title: step.title))
            try work(step, steps, maximumRate, report)
        }
        // What was committed without waiting for the disk is on it with the first commit that waits.
        try session.connection.execute("BEGIN; SELECT pg_current_xact_id(); COMMIT")
    }

    /// Whoever may make roles may also become a member of the application's, and then works with its tables.
    private func becomeMember() throws {
        try session.connection.execute(
            """
            DO $$ BEGIN
                IF NOT pg_has_role(current_user, \(SQLText.literal(context.role)), 'MEMBER') THEN
                    EXECUTE format('GRANT %I TO %I', \(SQLText.literal(context.role)), current_user);
                END IF;
            END $$
            """)
    }

    private func work(
        _ step: ConversionStep, _ steps: [ConversionStep], _ maximumRate: Int?, _ report: (ConversionProgress) -> Void
    ) throws {
        switch step.work {
        case .statements(let sql):
            let first =
                step.name == steps[0].name
                ? ProgressTable.filled(steps, ContextLoader.decisions(of: context)) : ""
            try session.transaction(waiting: { report(.waiting($0)) }) { connection in
                try connection.execute("\(sql)\n\(first)\n\(ProgressTable.done(step.name))")
            }
        case .migrations:
            let migrator = Migrator(ownerConninfo: conversion.ownerConninfo)
            _ = try migrator.migrate()
            _ = try migrator.setRowLevelSecurity(context.rowLevelSecurity)
            try finish(step)
        case .copy(let batch):
            try copy(batch, maximumRate, report)
            try finish(step)
        case .comparison(let comparison):
            try compare(comparison, maximumRate, report)
            if comparison.isLast { try keepFindings() }
            try finish(step)
        case .split:
            try TenantSplit(session: session, context: context).run(report)
            try finish(step)
        }
    }

    /// While the tables of the application still hold what it had: later they follow what agentd does.
    private func keepFindings() throws {
        let findings = try Findings.all(session.connection, context.mapping, tenantSlug: context.tenantSlug)
        try session.transaction { connection in try connection.execute(ProgressTable.keeping(findings)) }
    }

    private func finish(_ step: ConversionStep) throws {
        try session.transaction { connection in try connection.execute(ProgressTable.done(step.name)) }
    }

    // MARK: Batches

    /// Planning it takes as long as some dozen rows, and so it is planned once.
    private func prepare(_ name: String, _ sql: String) throws {
        try session.connection.execute("PREPARE \(SQLText.name(name)) (bigint) AS \(sql)")
    }

    private static func execution(_ name: String, limit: Int) -> String {
        "EXECUTE \(SQLText.name(name)) (\(limit))"
    }

    private func copy(_ batch: BatchStatement, _ maximumRate: Int?, _ report: (ConversionProgress) -> Void) throws {
        let pace = try pace(batch.singular, maximumRate)
        let bounds = try session.transaction { connection in try connection.rows(batch.bounds) }
        try prepare(batch.stepName, batch.sql(limit: "$1"))
        var progress = ProgressMeter(rows: Self.number(bounds, 1), total: Self.number(bounds, 2))
        let preparation = BatchStatement.boundToTenant(context)
        try session.with(batch.settings) {
            while true {
                let start = ContinuousClock.now
                let limit = pace.rows
                let answer = try session.transaction(preparation, waiting: { report(.waiting($0)) }) { connection in
                    try connection.rows(Self.execution(batch.stepName, limit: limit))
                }
                let count = Self.number(answer, 0)
                guard count > 0 else { break }
                try pace.batchDone(
                    rows: count, milliseconds: (ContinuousClock.now - start).milliseconds, session: session)
                progress.add(count, pace.note, report)
            }
        }
        progress.end(report)
    }

    private func compare(
        _ comparison: Comparison, _ maximumRate: Int?, _ report: (ConversionProgress) -> Void
    ) throws {
        let pace = try pace(comparison.singular, maximumRate)
        let total = comparison.singular == "user" ? context.userRows : context.agentRows
        let entry = try ProgressTable.entries(session.connection).first { $0.name == comparison.stepName }
        var progress = ProgressMeter(rows: entry?.rows ?? 0, total: total)
        var isAtEnd = false
        let preparation = BatchStatement.boundToTenant(context)
        try prepare(comparison.stepName, comparison.sql(limit: "$1"))
        try session.with(BatchStatement.byKey) {
            while !isAtEnd {
                let start = ContinuousClock.now
                let limit = pace.rows
                let count = try session.transaction(preparation, waiting: { report(.waiting($0)) }) { connection in
                    let range = try mended(comparison, limit: limit, connection)
                    isAtEnd = range[1] == "t"
                    try keep(range, of: comparison, connection)
                    return range[2].flatMap { Int($0) } ?? 0
                }
                try pace.batchDone(
                    rows: count, milliseconds: (ContinuousClock.now - start).milliseconds, session: session)
                progress.add(count, pace.note, report)
            }
        }
        progress.end(report)
    }

    /// Compares the next rows until they are alike.
    private func mended(
        _ comparison: Comparison, limit: Int, _ connection: borrowing ScriptConnection
    ) throws -> [String?] {
        var different = ""
        for _ in 0..<Self.mends {
            let range = try connection.rows(Self.execution(comparison.stepName, limit: limit)).first ?? []
            guard range.count == 7 else { break }
            different = range[6] ?? ""
            if different.isEmpty { return range }
            try connection.execute(comparison.repair(different.split(separator: ",").map(String.init)))
        }
        throw ConversionFailure.unavailable(
            "These \(comparison.singular)s stay different on both sides: \(different). Take the conversion back with "
                + "--rollback, and tell the makers of agentd.")
    }

    private func keep(
        _ range: [String?], of comparison: Comparison, _ connection: borrowing ScriptConnection
    ) throws {
        let table = "\(comparison.singular)s"
        let names = ["\(table) before", "\(table) checksum before", "\(table) after", "\(table) checksum after"]
        let values = zip(names, range[2...5]).map { "('\($0)', \($1 ?? "0"))" }.joined(separator: ", ")
        try connection.execute(
            """
            INSERT INTO agentd_conversion.figures AS f (name, value) VALUES \(values)
            ON CONFLICT (name) DO UPDATE SET value = f.value + excluded.value;
            UPDATE agentd_conversion.steps SET state = 'running', start_time = coalesce(start_time, now()),
                reached = \(range[0] ?? "0"), rows = rows + \(range[2] ?? "0"), total = \(
                    comparison.singular == "user" ? context.userRows : context.agentRows)
            WHERE name = '\(comparison.stepName)';
            """)
    }

    private func pace(_ singular: String, _ maximumRate: Int?) throws -> Pace {
        try Pace(
            conninfo: conversion.ownerConninfo, table: "\(context.home).\(singular)s", maximumRate: maximumRate)
    }

    private static func number(_ rows: [[String?]], _ column: Int) -> Int {
        rows.first.flatMap { $0.count > column ? $0[column].flatMap { Int($0) } : nil } ?? 0
    }
}
