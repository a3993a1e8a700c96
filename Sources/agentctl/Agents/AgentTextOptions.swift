internal import ArgumentParser
internal import ClientOptions

/// Texts of an agent that may come from files.
struct AgentTextOptions: ParsableArguments {
    /// The longest text that the daemon takes is a prompt of 262,144 bytes; more is read so that the daemon can say so.
    private static let maximumFileBytes = 1 << 20

    @Option(help: ArgumentHelp("The system prompt.", valueName: "text"))
    var prompt: String?

    @Option(
        help: ArgumentHelp("A file with the system prompt; - is standard input.", valueName: "path"),
        completion: .file())
    var promptFile: String?

    @Option(help: ArgumentHelp("The configuration, a JSON object.", valueName: "json"))
    var config: String?

    @Option(
        help: ArgumentHelp("A file with the configuration; - is standard input.", valueName: "path"),
        completion: .file())
    var configFile: String?

    func validate() throws {
        if prompt != nil, promptFile != nil { throw ValidationError("Give --prompt or --prompt-file, not both.") }
        if config != nil, configFile != nil { throw ValidationError("Give --config or --config-file, not both.") }
        if promptFile == "-", configFile == "-" {
            throw ValidationError("Only one of --prompt-file and --config-file can be standard input.")
        }
    }

    /// What must not change when the change that they are part of is repeated.
    var difference: String? { promptFile == nil && configFile == nil ? nil : "the same files" }

    /// Nil when none is given.
    func systemPrompt() throws(FileProblem) -> String? { try text(prompt, file: promptFile) }

    /// Nil when none is given.
    func configuration() throws(FileProblem) -> String? { try text(config, file: configFile) }

    private func text(_ text: String?, file: String?) throws(FileProblem) -> String? {
        guard let file else { return text }
        return try BoundedFile.text(path: file, maximumBytes: Self.maximumFileBytes)
    }
}
