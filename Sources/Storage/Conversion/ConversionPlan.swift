internal import Postgres

/// What a conversion would do.
package struct ConversionPlan: Sendable {
    package struct Finding: Sendable {
        package let what: String
        package let count: String
        /// What is done with them.
        package let rule: String
        /// How to decide otherwise; empty where there is nothing to decide.
        package let change: String
    }

    package struct Step: Sendable {
        package let title: String
        package let sql: String
        package let lock: String
        package let estimate: String
    }

    package let role: String
    package let schema: String
    package let userRows: Int
    package let agentRows: Int
    package let timeZone: String
    /// What has to be mended before.
    package let obstacles: [String]
    /// What to know.
    package let remarks: [String]
    package let findings: [Finding]
    package let steps: [Step]

    /// Rows that are copied in a second, and compared, on a database that has little else to do.
    private static let copiedRate = 4_000
    private static let comparedRate = 14_000

    init(_ connection: borrowing ScriptConnection, _ loaded: ContextLoader.Loaded) throws {
        let context = loaded.context
        role = context.role
        schema = loaded.shape.place
        userRows = context.userRows
        agentRows = context.agentRows
        timeZone = context.rules[.legacyTimeZone]
        obstacles = loaded.shape.obstacles
        remarks = loaded.shape.remarks
        findings =
            obstacles.isEmpty
            ? try Findings.all(
                connection, context.mapping(in: loaded.shape.place), tenantSlug: context.tenantSlug) : []
        steps = ConversionStep.all(context).map { step in
            Step(title: step.title, sql: step.sql, lock: step.lock, estimate: Self.estimate(step, context))
        }
    }

    private static func estimate(_ step: ConversionStep, _ context: ConversionContext) -> String {
        switch step.work {
        case .statements: "less than a second"
        case .migrations: "about a second"
        case .copy(let batch): text(rows(batch.singular, context), rate: copiedRate)
        case .comparison(let comparison): text(rows(comparison.singular, context), rate: comparedRate)
        case .split:
            context.rules.entries(.tenant).isEmpty
                ? "nothing to do" : "some milliseconds a user, and more for its agents"
        }
    }

    private static func rows(_ singular: String, _ context: ConversionContext) -> Int {
        singular == "user" ? context.userRows : context.agentRows
    }

    private static func text(_ rows: Int, rate: Int) -> String {
        let seconds = rows / rate + 1
        return
            "about \(rows) rows: \(seconds < 120 ? "\(seconds) s" : "\(seconds / 60) min") on an idle database, longer "
            + "on a busy one"
    }
}
