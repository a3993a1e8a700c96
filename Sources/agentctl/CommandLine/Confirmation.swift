internal import ArgumentParser

/// Asks before something is done that others would miss.
struct Confirmation: ParsableArguments {
    @Flag(help: "Goes ahead without asking.")
    var yes = false

    func validate() throws {
        guard !yes, !Terminal.inputIsTerminal else { return }
        throw ValidationError(
            "This asks before it goes ahead, and nobody can answer: standard input is no terminal. Pass --yes to go "
                + "ahead without being asked.")
    }

    /// - Parameter question: What will be done, with names; it is only made when somebody is asked.
    /// - Throws: What making the question throws, and the exit code 1 when the answer is not yes.
    func ask(_ question: () async throws -> String) async throws {
        if yes { return }
        Terminal.standardError(DisplayText.line(try await question()) + " [y/N] ")
        let answer = readLine()
        if answer == nil { Terminal.standardError("\n") }
        guard ["y", "yes"].contains(answer?.lowercased().filter { !$0.isWhitespace } ?? "") else {
            Terminal.standardError("Nothing was changed.\n")
            throw ExitCode.failure
        }
    }
}
