internal import Postgres

/// The proof that the daemon's database roles cannot pass row-level security: run at every start, and by
/// `agentd verify-isolation` for auditors. It looks at the catalogue and it tries.
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

    package struct Report: Sendable {
        package let checks: [Check]

        package var passed: Bool { !checks.isEmpty && checks.allSatisfy(\.passed) }
        package var failures: [Check] { checks.filter { !$0.passed } }
    }

    package struct Failure: Error, CustomStringConvertible, Sendable {
        package let description: String
    }

    private let applicationConninfo: String
    private let platformConninfo: String

    package init(applicationConninfo: String, platformConninfo: String) {
        self.applicationConninfo = applicationConninfo
        self.platformConninfo = platformConninfo
    }

    /// Runs every check. Blocks its thread.
    /// - Throws: When the database cannot be asked; a check that fails is in the report.
    package func run() throws(Failure) -> Report {
        do {
            let application = try ScriptConnection(conninfo: applicationConninfo, applicationName: "agentd proof")
            let platform = try ScriptConnection(conninfo: platformConninfo, applicationName: "agentd proof")
            let tables = try IsolationCatalog.tenantTables(application)
            guard !tables.isEmpty else {
                throw Failure(description: "The database has no tenant tables. Run `agentd migrate` first.")
            }
            var checks = try RoleChecks.run(application, tables: tables)
            checks += try RoleChecks.run(platform, tables: tables)
            checks += try TableChecks.run(application, tables: tables)
            checks += try BehaviourChecks.run(application, tables: tables)
            return Report(checks: checks)
        } catch let error as Failure {
            throw error
        } catch {
            throw Failure(description: "\(error)")
        }
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

/// Which tables hold rows of tenants: all that have a `tenant_id`, and `tenants` itself. Found in the catalogue, so
/// that a table added later cannot be forgotten here.
enum IsolationCatalog {
    static func tenantTables(_ connection: borrowing ScriptConnection) throws -> [String] {
        try connection.rows(
            """
            SELECT c.relname FROM pg_class AS c
            WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
                AND (c.relname = 'tenants' OR EXISTS (
                    SELECT FROM pg_attribute AS a
                    WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped))
            ORDER BY c.relname
            """
        ).compactMap(\.first).compactMap(\.self)
    }

    /// A name as an SQL identifier.
    static func quoted(_ name: String) -> String { "\"\(name.replacing("\"", with: "\"\""))\"" }
}
