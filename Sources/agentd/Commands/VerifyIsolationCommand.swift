internal import ArgumentParser
internal import Foundation
internal import Operations
internal import Storage

struct VerifyIsolation: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify-isolation",
        abstract: "Prove that the database keeps tenants apart, for auditors.",
        discussion: """
            These are the checks that `agentd serve` makes at each start: what the two roles are and may do, what the \
            catalogue says of every tenant table, what happens when one tries, and whether the database agrees with \
            ENABLE_ROW_LEVEL_SECURITY and ENABLE_TENANT_ISOLATION. Nothing is changed.

            Exit codes: 0 every check passed, 1 one failed, 69 the database cannot be asked, 78 wrong configuration.
            """)

    @Flag(help: "Print the report as one JSON object.")
    var json = false

    @OptionGroup var options: SettingOptions

    func run() async throws {
        let settings = try options.load()
        let report = try await CommandDatabase(settings).withRoles { application, platform in
            try await Blocking.run { try Self.verify(settings.tenancy, application: application, platform: platform) }
        }
        Output.text(json ? try Self.json(report) : Self.table(report))
        guard report.passed else { throw ExitCode(1) }
    }

    private static func verify(
        _ tenancy: TenancySettings, application: String, platform: String
    ) throws -> IsolationReport {
        var report = try IsolationProof(
            applicationConninfo: application, platformConninfo: platform,
            rowLevelSecurity: tenancy.usesRowLevelSecurity
        ).run()
        if let slug = tenancy.singleTenantSlug {
            do {
                report.add(try SingleTenant(platformConninfo: platform, slug: slug).check())
            } catch {
                throw Failure(.unavailable, error.description)
            }
        }
        return report
    }

    private static func table(_ report: IsolationReport) -> String {
        let names = width(of: report.checks.map(\.name))
        let objects = width(of: report.checks.map(\.object))
        let rows = report.checks.map { check in
            let verdict = check.passed ? "ok    " : "FAILED"
            let row = "\(verdict)  \(padded(check.name, names))  \(padded(check.object, objects))  \(check.finding)\n"
            return check.passed ? row : row + "        To mend it: \(check.remedy)\n"
        }
        let warnings = report.warnings.map { "WARNING: \($0)\n" }
        let disagreement = report.disagreement.map { "\($0)\n" } ?? ""
        return (rows + warnings).joined() + disagreement + summary(report) + "\n"
    }

    private static func summary(_ report: IsolationReport) -> String {
        let count = report.checks.count
        guard report.passed else {
            return "Tenants are NOT isolated: \(report.failures.count) of \(count) checks failed."
        }
        return report.rowLevelSecurity
            ? "Tenants are isolated: all \(count) checks passed."
            : "All \(count) checks passed, but row-level security is off: agentd alone keeps tenants apart."
    }

    private static func width(of texts: [String]) -> Int { texts.map(\.count).max() ?? 0 }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    private static func json(_ report: IsolationReport) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let checks = report.checks.map {
            Report.Check(check: $0.name, object: $0.object, passed: $0.passed, finding: $0.finding, remedy: $0.remedy)
        }
        let shown = Report(
            isolated: report.passed && report.rowLevelSecurity, passed: report.passed,
            rowLevelSecurity: report.rowLevelSecurity, warnings: report.warnings, checks: checks)
        return String(decoding: try encoder.encode(shown), as: UTF8.self) + "\n"
    }

    private struct Report: Encodable {
        struct Check: Encodable {
            let check: String
            let object: String
            let passed: Bool
            let finding: String
            let remedy: String
        }

        enum CodingKeys: String, CodingKey {
            case isolated, passed, warnings, checks
            case rowLevelSecurity = "row_level_security"
        }

        /// By the database too, and not by agentd alone.
        let isolated: Bool
        let passed: Bool
        /// What ENABLE_ROW_LEVEL_SECURITY says.
        let rowLevelSecurity: Bool
        let warnings: [String]
        let checks: [Check]
    }
}
