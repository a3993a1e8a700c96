internal import AgentdClient
internal import AgentdCore
internal import ArgumentParser

/// What a command works with.
struct Session: Sendable {
    let client: AgentdClient
    let settings: Settings
    let output: OutputFormat
    /// What makes the change of this command safe to repeat; nil of a command that makes none.
    let requestID: String?

    init(_ global: GlobalOptions, repetition: RequestIDOption?) throws(ExitCode) {
        do throws(SettingsProblem) {
            settings = try Settings(global)
            output = global.output
            requestID = repetition.map { $0.requestID ?? UUIDValue.random().description }
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
