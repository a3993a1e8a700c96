/// One step of a conversion. The plan prints it, the run does it, the status says how far it is, and the rollback
/// undoes it: they all read the same list.
struct ConversionStep: Sendable {
    enum Work: Sendable {
        /// A few statements that become one short transaction, which also notes that the step is done.
        case statements(String)
        /// `agentd migrate`, on the names that are free now.
        case migrations
        /// In batches, each a transaction that also notes how far it is.
        case copy(BatchStatement)
        /// Reads both sides in batches, and mends what differs.
        case comparison(Comparison)
        /// Users to other tenants, each in a transaction.
        case split
    }

    /// How it is called in the database and in what people read.
    let name: String
    let title: String
    /// The strongest lock that it takes, on what, and for how long.
    let lock: String
    let work: Work
    /// Takes it back; part of one transaction with those of all other steps. It does no harm where the step was not
    /// done.
    let undo: String

    /// What the plan prints.
    var sql: String {
        switch work {
        case .statements(let sql): sql
        case .migrations: "-- every migration of `agentd migrate`, and row-level security enabled and forced"
        case .copy(let batch): batch.sql(limit: BatchStatement.exampleLimit)
        case .comparison(let comparison): comparison.sql(limit: BatchStatement.exampleLimit)
        case .split: UserMove.sql(user: "$1", from: "$2", to: "$3")
        }
    }
}

extension ConversionStep {
    static func all(_ context: ConversionContext) -> [ConversionStep] {
        [
            begin(context), makeWay(context), migrate(context), tenant(context), functions(context),
            follow("user", context), copy("user", context), follow("agent", context), copy("agent", context),
            compare("user", context), compare("agent", context), count(context), answer(context), split(context),
            open(context),
        ]
    }
}
