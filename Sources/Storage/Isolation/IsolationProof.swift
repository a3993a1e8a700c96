internal import Postgres

/// The proof that the daemon's database roles cannot pass row-level security, and that the database agrees with the
/// setting `ENABLE_ROW_LEVEL_SECURITY`: run at every start, and by `agentd verify-isolation` for auditors. It looks at
/// the catalogue and it tries.
package struct IsolationProof: Sendable {
    /// One thing that must hold.
    package struct Check: Sendable, Equatable {
        /// What was checked, such as `role attributes`.
        package let name: String
        /// The object that it was checked on: a role or a table.
        package let object: String
        package let passed: Bool
        /// What was found, in a sentence.
        package let finding: String
        /// How to mend it; empty when it passed.
        package let remedy: String
    }

    package struct Failure: Error, CustomStringConvertible, Sendable {
        package let description: String
    }

    package enum Depth: Sendable {
        /// What the catalogue says: cheap, so that it can be asked again and again.
        case catalogue
        /// The catalogue, and what happens when one tries. PostgreSQL writes the refusals, which are as they should be,
        /// into its log, and a table may be read from end to end.
        case full
    }

    private let applicationConninfo: String
    private let platformConninfo: String
    private let rowLevelSecurity: Bool

    /// - Parameter rowLevelSecurity: Whether the database is to enforce the tenant boundary. Where it is not, no policy
    ///   is asked for; what the roles may do is checked all the same.
    package init(applicationConninfo: String, platformConninfo: String, rowLevelSecurity: Bool) {
        self.applicationConninfo = applicationConninfo
        self.platformConninfo = platformConninfo
        self.rowLevelSecurity = rowLevelSecurity
    }

    /// Runs every check, or those of the catalogue alone. Blocks its thread.
    /// - Throws: When the database cannot be asked; a check that fails is in the report.
    package func run(_ depth: Depth = .full) throws(Failure) -> IsolationReport {
        do {
            let application = try Self.connect(applicationConninfo)
            let platform = try Self.connect(platformConninfo)
            let tables = try IsolationCatalog.tenantTables(application)
            guard !tables.isEmpty else {
                throw Failure(description: "The database has no tenant tables. Run `agentd migrate` first.")
            }
            let names = tables.map(\.name)
            var checks = try RoleChecks.run(application) + RoleChecks.run(platform)
            checks += try PrivilegeChecks.run(application, of: .application)
            checks += try PrivilegeChecks.run(platform, of: .platform)
            checks += try FunctionChecks.run(application) + FunctionChecks.run(platform)
            checks += TableChecks.security(tables, rowLevelSecurity: rowLevelSecurity)
            checks += try TableChecks.keys(application, tables: names)
            if rowLevelSecurity {
                checks += try PolicyChecks.run(application, tables: names)
                checks += try RelationChecks.run(application) + RelationChecks.run(platform)
                if depth == .full { checks += try BehaviourChecks.run(application, tables: names) }
            }
            return IsolationReport(
                checks: checks, rowLevelSecurity: rowLevelSecurity,
                disagreement: RowLevelSecurityDisagreement(rowLevelSecurity, tables))
        } catch let error as Failure {
            throw error
        } catch {
            throw Failure(description: "\(error)")
        }
    }

    private static func connect(_ conninfo: String) throws(ScriptConnection.Failure) -> ScriptConnection {
        let connection = try ScriptConnection(conninfo: conninfo, applicationName: "agentd proof")
        // How the catalogue shows an expression depends on both.
        try connection.execute("SET search_path = public; SET IntervalStyle = postgres")
        return connection
    }
}

extension IsolationProof.Check {
    static func check(
        _ name: String, on object: String, _ passed: Bool, holds: String, fails: String, remedy: String
    ) -> Self {
        Self(
            name: name, object: object, passed: passed, finding: passed ? holds : fails, remedy: passed ? "" : remedy)
    }
}
