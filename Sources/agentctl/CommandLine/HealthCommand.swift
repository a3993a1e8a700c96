internal import AgentdClient
internal import ArgumentParser

struct HealthCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        "health", "Asks the daemon whether it serves; exit code 0 when it does. Needs no token.",
        examples: ["agentctl health --address 127.0.0.1:50051"])

    @Option(help: "The full name of a service; the daemon as a whole, when it is not given.")
    var service = ""

    @OptionGroup var global: GlobalOptions

    func run(_ session: Session) async throws {
        let status = try await session.client.healthCheck(service: service)
        session.show(.object(["status": .string(status.name)]), "\(status.name)\n")
        if status != .serving { throw ExitCode.failure }
    }
}
