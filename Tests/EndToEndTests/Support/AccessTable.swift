import Testing

internal import Foundation
internal import TestSupport

/// The table of `proto/ACCESS.md`: what a call of each method by each caller ends in.
struct AccessTable {
    struct Failure: Error { let description: String }

    struct Row: CustomTestStringConvertible, Sendable {
        /// Such as `AgentService.GetAgent`.
        let method: String
        /// `OK` or a reason, by the name of the caller.
        let answers: [String: String]

        /// Such as `/agentd.v1.AgentService/GetAgent`.
        var path: String {
            let parts = method.split(separator: ".")
            let service = parts.dropLast().joined(separator: ".")
            return "/\(parts.count == 2 ? "agentd.v1." : "")\(service)/\(parts.last ?? "")"
        }

        var testDescription: String { method }
    }

    let callers: [String]
    let rows: [Row]

    init() throws {
        let text = try String(contentsOfFile: "\(TestEnvironment.repository)/proto/ACCESS.md", encoding: .utf8)
        let lines = text.split(separator: "\n").map(String.init)
        guard let start = lines.firstIndex(where: { $0.hasPrefix("| method |") }) else {
            throw Failure(description: "proto/ACCESS.md has no table of methods")
        }
        let callers = Array(Self.cells(lines[start]).dropFirst())
        self.callers = callers
        rows = try lines[(start + 2)...].prefix { $0.hasPrefix("|") }.map { line in
            let cells = Self.cells(line)
            guard let method = cells.first, cells.count == callers.count + 1 else {
                throw Failure(description: "proto/ACCESS.md has a row of another length: \(line)")
            }
            return Row(
                method: method.replacing("`", with: ""),
                answers: Dictionary(uniqueKeysWithValues: zip(callers, cells.dropFirst())))
        }
    }

    private static func cells(_ line: String) -> [String] {
        line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
    }
}
