internal import AgentdClient
internal import ArgumentParser

/// A command that makes calls: it is given a client, and what the calls throw is shown.
protocol ClientCommand: AsyncParsableCommand {
    var global: GlobalOptions { get }
    func run(_ session: Session) async throws
}

extension ClientCommand {
    func run() async throws {
        let session = try Session(global)
        do {
            try await run(session)
        } catch let error as AgentdError {
            await session.client.close()
            FailureText(error, settings: session.settings).show()
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

/// What a command works with.
struct Session: Sendable {
    let client: AgentdClient
    let settings: Settings
    let output: OutputFormat

    init(_ global: GlobalOptions) throws(ExitCode) {
        do throws(SettingsProblem) {
            settings = try Settings(global)
            output = global.output
            client = AgentdClient(configuration: try settings.clientConfiguration())
        } catch {
            Terminal.standardError("error: \(error.description)\n")
            throw ExitCode.validationFailure
        }
    }

    /// Shows one answer.
    func show(_ json: @autoclosure () -> JSONValue, _ text: @autoclosure () -> String) {
        switch output {
        case .json: Terminal.standardOutput(JSONText.pretty(json()))
        case .table: Terminal.standardOutput(text())
        }
    }
}
