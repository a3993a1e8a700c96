internal import Postgres

/// How far a conversion is.
package struct ConversionStatus: Sendable {
    package struct Step: Sendable {
        package let name: String
        package let title: String
        /// `waiting`, `running` or `done`.
        package let state: String
        package let rows: Int
        /// 0 for a step without rows.
        package let total: Int
    }

    package let steps: [Step]
    /// Whether a converter works now, and which.
    package let converter: String?
    package let role: String
    package let tenantSlug: String

    package var isComplete: Bool { steps.allSatisfy { $0.state == "done" } }

    /// Nil when none was begun.
    init?(_ connection: borrowing ScriptConnection, _ conversion: Conversion) throws {
        guard try ProgressTable.exists(connection) else { return nil }
        let context = try ContextLoader.load(
            connection, conversion.continuing(connection), rules: ConversionRules()
        ).context
        let titles = Dictionary(
            ConversionStep.all(context).map { ($0.name, $0.title) }
        ) { first, _ in first }
        steps = try ProgressTable.entries(connection).map { entry in
            Step(
                name: entry.name, title: titles[entry.name] ?? entry.name, state: entry.state, rows: entry.rows,
                total: entry.total)
        }
        let other = try Session.other(connection)
        converter = other.isEmpty ? nil : other
        role = context.role
        tenantSlug = context.tenantSlug
    }
}
