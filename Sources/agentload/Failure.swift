internal import AgentdClient
internal import ArgumentParser
internal import ClientOptions
internal import LoadGenerator

/// Shows why a run was not made, and gives the exit code for it.
enum Failure {
    /// `EX_UNAVAILABLE` of sysexits.h.
    private static let noConnection = ExitCode(69)
    /// `EX_IOERR`.
    private static let unwritten = ExitCode(74)
    /// As shells have it of a program that SIGINT ended.
    static let interrupted = ExitCode(130)

    static func show(_ problem: LoadProblem) -> ExitCode {
        StandardError.write("error: \(problem)\n")
        switch problem.kind {
        case .noConnection: return noConnection
        case .refused: return .failure
        case .interrupted: return interrupted
        }
    }

    static func show(_ output: UnwrittenOutput) -> ExitCode {
        StandardError.write("error: \(output)\n")
        return unwritten
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
