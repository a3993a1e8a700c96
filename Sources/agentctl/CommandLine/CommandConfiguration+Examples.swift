internal import ArgumentParser

extension CommandConfiguration {
    /// Of a command whose help ends with examples.
    /// - Parameters:
    ///   - examples: Whole command lines, short enough for a terminal of 80 columns.
    init(
        _ name: String, _ abstract: String, discussion: String = "", version: String = "", examples: [String],
        subcommands: [any ParsableCommand.Type] = []
    ) {
        let heading = examples.count == 1 ? "Example:" : "Examples:"
        let lines = ([heading] + examples.map { "  " + $0 }).joined(separator: "\n")
        self.init(
            commandName: name, abstract: abstract, discussion: discussion.isEmpty ? lines : "\(discussion)\n\n\(lines)",
            version: version, subcommands: subcommands)
    }
}
