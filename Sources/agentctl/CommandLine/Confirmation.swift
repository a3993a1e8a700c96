internal import AgentdClient
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

    /// Asks nothing about what is gone when an earlier change is repeated, which may be what removed it: the daemon
    /// then gives the answer of that time or says that it is not there.
    /// - Parameters:
    ///   - repetition: Whether the change was given the id of an earlier one.
    ///   - question: What will be done, with names; it is only made when somebody is asked.
    /// - Throws: What making the question throws, and the exit code 1 when the answer is not yes.
    func ask(_ repetition: RequestIDOption, _ question: () async throws -> String) async throws {
        if yes { return }
        let text: String
        do {
            text = try await question()
        } catch let error as AgentdError {
            if error.code == .notFound, repetition.requestID != nil { return }
            throw FailedAttempt(error: error, repetition: .notNeeded)
        }
        Terminal.standardError(DisplayText.line(text) + " [y/N] ")
        let answer = readLine()
        if answer == nil { Terminal.standardError("\n") }
        guard ["y", "yes"].contains(answer?.lowercased().filter { !$0.isWhitespace } ?? "") else {
            Terminal.standardError("Nothing was changed.\n")
            throw ExitCode.failure
        }
    }
}
