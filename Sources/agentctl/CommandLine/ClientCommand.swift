internal import AgentdClient
internal import ArgumentParser

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
            let hint =
                if let own = hint(on: error) { own as String? } else { await Hint(error, session).text }
            Terminal.standardError(FailureText.text(error, hint: hint))
            await session.client.close()
            throw error.isConnectionFailure ? ExitCode.noConnection : ExitCode.failure
        } catch let problem as FileProblem {
            await session.client.close()
            Terminal.standardError("error: \(problem.description)\n")
            throw ExitCode.validationFailure
        }
        await session.client.close()
    }
}

extension ExitCode {
    /// `EX_UNAVAILABLE` of sysexits.h.
    static let noConnection = ExitCode(69)
}
