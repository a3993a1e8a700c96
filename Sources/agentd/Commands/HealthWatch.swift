internal import AgentdClient
internal import Foundation

/// Prints how a daemon is, and each change with its time, until the process is interrupted.
struct HealthWatch {
    /// Before it looks again for a daemon that is gone.
    private static let pause = Duration.seconds(1)

    let client: AgentdClient
    let service: String

    /// - Throws: What no later attempt would mend; and when the task is cancelled.
    func run() async throws(AgentdError) -> Never {
        var last: String?
        func tell(_ state: String) {
            guard state != last else { return }
            last = state
            let time = Date().formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
            Output.line("\(time) \(state)")
        }
        while true {
            do throws(AgentdError) {
                for try await status in client.healthWatch(service: service) { tell("\(status)") }
                tell("UNREACHABLE: The daemon has ended the watch.")
            } catch {
                // A daemon without the method will not learn it, and a request that is wrong stays so.
                guard ![.unimplemented, .invalidArgument, .cancelled].contains(error.code) else { throw error }
                tell("UNREACHABLE: \(error.message)")
            }
            try? await Task.sleep(for: Self.pause)
        }
    }
}
