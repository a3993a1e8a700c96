internal import ArgumentParser
internal import Foundation
internal import Storage

struct VerifyIsolation: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify-isolation",
        abstract: "Prove that the database keeps tenants apart, for auditors.",
        discussion: """
            These are the checks that `agentd serve` makes at each start: what the two roles are, what the catalogue \
            says of every tenant table, and what happens when one tries.

            Exit codes: 0 every check passed, 1 one failed, 69 the database cannot be asked, 78 wrong configuration.
            """)

    @Flag(help: "Print the report as one JSON object.")
    var json = false

    @OptionGroup var options: SettingOptions

    func run() async throws {
        let settings = try options.load()
        let report = try await CommandDatabase(settings).withRoles { application, platform in
            try await Blocking.run {
                try IsolationProof(applicationConninfo: application, platformConninfo: platform).run()
            }
        }
        Output.text(json ? try Self.json(report) : Self.table(report))
        guard report.passed else { throw ExitCode(1) }
    }

    private static func table(_ report: IsolationProof.Report) -> String {
        let names = width(of: report.checks.map(\.name))
        let objects = width(of: report.checks.map(\.object))
        let rows = report.checks.map { check in
            let verdict = check.passed ? "ok    " : "FAILED"
            let row = "\(verdict)  \(padded(check.name, names))  \(padded(check.object, objects))  \(check.finding)\n"
            return check.passed ? row : row + "        To mend it: \(check.remedy)\n"
        }
        let failed = report.failures.count
        let summary =
            report.passed
            ? "Tenants are isolated: all \(report.checks.count) checks passed."
            : "Tenants are NOT isolated: \(failed) of \(report.checks.count) checks failed."
        return rows.joined() + summary + "\n"
    }

    private static func width(of texts: [String]) -> Int { texts.map(\.count).max() ?? 0 }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    private static func json(_ report: IsolationProof.Report) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let checks = report.checks.map {
            Report.Check(check: $0.name, object: $0.object, passed: $0.passed, finding: $0.finding, remedy: $0.remedy)
        }
        return String(decoding: try encoder.encode(Report(isolated: report.passed, checks: checks)), as: UTF8.self)
            + "\n"
    }

    private struct Report: Encodable {
        struct Check: Encodable {
            let check: String
            let object: String
            let passed: Bool
            let finding: String
            let remedy: String
        }

        let isolated: Bool
        let checks: [Check]
    }
}
