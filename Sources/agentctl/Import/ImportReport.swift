internal import AgentdClient

/// What became of the lines of an import.
struct ImportReport {
    /// Failures that are kept to be shown; of further ones only their number is known.
    private static let keptFailures = 1_000

    struct Failure {
        let lineNumber: Int
        /// Empty when the line could not be read.
        let name: String
        /// The code of the daemon's answer; empty when the line was never sent.
        let code: String
        let reason: String
        /// As people are shown it, without a reason that says no more than the code; empty as `code` is.
        let codeAndReason: String
        let message: String
    }

    /// Lines that hold an agent or should.
    private(set) var lines = 0
    /// Agents that the daemon has now: made by this run, or by an earlier one that this run repeated.
    private(set) var stored = 0
    /// Lines that are good; only counted by a dry run.
    private(set) var valid = 0
    private(set) var failed = 0
    private var failures: [Failure] = []
    /// Why the import did not go on to the end of the file.
    private(set) var end: AgentdError?

    mutating func lineRead() { lines += 1 }
    mutating func lineValid() { valid += 1 }
    mutating func agentStored() { stored += 1 }
    mutating func stopped(by error: AgentdError) { end = end ?? error }

    mutating func add(_ problem: AgentImport.Problem) {
        add(
            Failure(
                lineNumber: problem.lineNumber, name: problem.name, code: "", reason: "LINE_INVALID",
                codeAndReason: "", message: problem.description))
    }

    mutating func add(_ error: AgentdError, line: AgentImport.Candidate) {
        let message =
            error.reason == "REQUEST_ID_REUSED"
            ? "was imported from this line before, with other options; it is left as it is" : error.message
        add(
            Failure(
                lineNumber: line.lineNumber, name: line.agent.name, code: error.code.name, reason: error.reason,
                codeAndReason: error.codeAndReason, message: message))
    }

    private mutating func add(_ failure: Failure) {
        failed += 1
        if failures.count < Self.keptFailures { failures.append(failure) }
    }

    /// For people.
    func text(isDryRun: Bool) -> String {
        var text = ""
        for failure in failures.sorted(by: { $0.lineNumber < $1.lineNumber }) {
            let name = failure.name.isEmpty ? "" : " \"\(DisplayText.cut(failure.name, width: 60))\""
            let code = failure.code.isEmpty ? "" : "\(failure.codeAndReason): "
            text += DisplayText.line("line \(failure.lineNumber)\(name): \(code)\(failure.message)") + "\n"
        }
        if failed > failures.count { text += "... and \(failed - failures.count) more\n" }
        if isDryRun { return text + "\(lines) lines: \(valid) can be imported, \(failed) cannot. Nothing was sent.\n" }
        text += "\(lines) lines: \(stored) agents are in agentd (made now, or before from the same lines), "
        text += "\(failed) failed.\n"
        return text
    }

    func json(isDryRun: Bool) -> JSONValue {
        let list = failures.sorted { $0.lineNumber < $1.lineNumber }.map { failure in
            JSONValue.object([
                "line": .number(Int32(clamping: failure.lineNumber)), "name": .string(failure.name),
                "code": .string(failure.code), "reason": .string(failure.reason), "message": .string(failure.message),
            ])
        }
        return .object([
            "lines": .number(Int32(clamping: lines)),
            isDryRun ? "valid" : "stored": .number(Int32(clamping: isDryRun ? valid : stored)),
            "failed": .number(Int32(clamping: failed)), "failures": .array(list), "complete": .bool(end == nil),
        ])
    }
}
