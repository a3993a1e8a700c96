internal import AgentdClient
internal import ArgumentParser
internal import ClientOptions

/// A command that makes calls: it is given a client, and what the calls throw is shown.
protocol ClientCommand: AsyncParsableCommand {
    var global: GlobalOptions { get }
    func run(_ session: Session) async throws
    /// What mends a failure, when that depends on what the command was given.
    func hint(on error: AgentdError) -> String?
}

/// A command that makes one change.
protocol ChangeCommand: ClientCommand {
    var repetition: RequestIDOption { get }
}

extension ClientCommand {
    func hint(on error: AgentdError) -> String? { nil }

    func run() async throws {
        let session = try Session(global, repetition: (self as? any ChangeCommand)?.repetition)
        do {
            try await run(session)
        } catch let error as AgentdError {
            throw await shown(error, .sameCommand, session)
        } catch let failure as FailedAttempt {
            throw await shown(failure.error, failure.repetition, session)
        } catch let problem as FileProblem {
            await session.client.close()
            Terminal.standardError("error: \(problem.description)\n")
            throw ExitCode.validationFailure
        }
        await session.client.close()
    }

    /// Shows a failure and gives the exit code for it.
    private func shown(_ error: AgentdError, _ repetition: Repetition, _ session: Session) async -> ExitCode {
        let hint =
            if let own = hint(on: error) { own as String? } else { await Hint(error, session, repetition).text }
        Terminal.standardError(FailureText.text(error, hint: hint))
        await session.client.close()
        return error.isConnectionFailure ? .noConnection : .failure
    }
}

extension ExitCode {
    /// `EX_UNAVAILABLE` of sysexits.h.
    static let noConnection = ExitCode(69)
}
