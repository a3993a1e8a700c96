/// What the proof of isolation found.
package struct IsolationReport: Sendable {
    package private(set) var checks: [IsolationProof.Check]
    /// Whether row-level security is to be on.
    package let rowLevelSecurity: Bool
    /// Set when row-level security is not everywhere what it is to be.
    package let disagreement: RowLevelSecurityDisagreement?

    package var passed: Bool { !checks.isEmpty && checks.allSatisfy(\.passed) }
    package var failures: [IsolationProof.Check] { checks.filter { !$0.passed } }

    /// Failures that the disagreement does not explain.
    package var otherFailures: [IsolationProof.Check] {
        guard let disagreement else { return failures }
        return failures.filter { !disagreement.tables.contains($0.object) }
    }

    /// What whoever relies on the isolation should know although every check passed, each in a sentence.
    package var warnings: [String] {
        rowLevelSecurity
            ? []
            : [
                "ENABLE_ROW_LEVEL_SECURITY is false, so one layer of the isolation of tenants is off: PostgreSQL does "
                    + "not enforce it, and a fault in a statement of agentd could show one tenant's rows to another."
            ]
    }

    init(
        checks: [IsolationProof.Check], rowLevelSecurity: Bool, disagreement: RowLevelSecurityDisagreement?
    ) {
        self.checks = checks
        self.rowLevelSecurity = rowLevelSecurity
        self.disagreement = disagreement
    }

    package mutating func add(_ check: IsolationProof.Check) { checks.append(check) }
}
