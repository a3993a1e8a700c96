internal import AgentdCore
internal import ArgumentParser

struct Version: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Print the version.")

    static let text = "agentd \(ProgramVersion.number)"

    func run() { Output.line(Self.text) }
}
