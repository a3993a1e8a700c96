internal import ArgumentParser

struct Version: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Print the version.")

    /// Semantic: the wire protocol of a major version stays compatible.
    static let number = "0.1.0"

    func run() { Output.line("agentd \(Self.number)") }
}
