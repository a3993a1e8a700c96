internal import AgentdClient
internal import ArgumentParser
internal import ClientOptions
internal import LoadGenerator

/// Shows why a run was not made, and gives the exit code for it.
enum Failure {
    /// `EX_UNAVAILABLE` of sysexits.h.
    private static let noConnection = ExitCode(69)

    static func show(_ problem: LoadProblem) -> ExitCode {
        StandardError.write("error: \(problem)\n")
        switch problem.kind {
        case .noConnection: return noConnection
        case .refused: return .failure
        }
    }

    static func show(_ refusal: RefusedKey) -> ExitCode {
        StandardError.write("error: \(refusal)\n")
        return .failure
    }

    static func show(_ error: AgentdError) -> ExitCode {
        StandardError.write("error: \(error)\n")
        if let remedy = error.connectionFailure?.remedy { StandardError.write("hint: \(remedy)\n") }
        return error.isConnectionFailure ? noConnection : .failure
    }
}
