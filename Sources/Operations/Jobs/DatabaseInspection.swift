package import Storage

/// Looks whether the database is still what the daemon was started on: of the schema of this version, and keeping
/// tenants apart as the settings say.
package struct DatabaseInspection: Sendable {
    package enum Finding: Sendable, Equatable {
        /// It is. What whoever runs the daemon should know all the same, each in a sentence.
        case asAtStart(warnings: [String])
        /// Statements of this version would fail. Why, in a sentence.
        case otherSchema(String)
        /// The database could show one tenant's rows to another, or is not as the settings say. What was found.
        case notIsolated(String)
    }

    private let applicationConninfo: String
    private let proof: IsolationProof

    /// - Parameter rowLevelSecurity: Whether the database is to enforce the tenant boundary.
    package init(applicationConninfo: String, platformConninfo: String, rowLevelSecurity: Bool) {
        self.applicationConninfo = applicationConninfo
        proof = IsolationProof(
            applicationConninfo: applicationConninfo, platformConninfo: platformConninfo,
            rowLevelSecurity: rowLevelSecurity)
    }

    /// Blocks its thread.
    /// - Throws: When the database cannot be asked.
    package func run(_ depth: IsolationProof.Depth) throws -> Finding {
        var warnings: [String] = []
        do throws(Migrator.Failure) {
            let missing = try Migrator.missing(conninfo: applicationConninfo)
            if !missing.isEmpty { return .otherSchema(Self.text(of: missing)) }
        } catch {
            guard error.isOtherSchema else { throw error }
            // While replicas are replaced one by one, those of the version before serve on the schema of the next: what
            // they cannot do, the other checks find.
            warnings.append("\(error.description) This agentd would not start again on it.")
        }
        let report = try proof.run(depth)
        guard report.passed else { return .notIsolated(Self.text(of: report)) }
        return .asAtStart(warnings: report.warnings + warnings)
    }

    private static func text(of missing: [Migration]) -> String {
        let names = missing.map { "migration \($0.version) (\($0.name))" }.joined(separator: ", ")
        return "The database lacks \(names). Run `agentd migrate` with AGENTD_OWNER_DATABASE_URL."
    }

    private static func text(of report: IsolationReport) -> String {
        let failures = report.otherFailures.map { "\($0.name), \($0.object): \($0.finding)" }
        return ((report.disagreement.map { [$0.description] } ?? []) + failures).joined(separator: "; ")
    }
}
