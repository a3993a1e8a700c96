internal import AgentdCore
internal import ArgumentParser

/// Says what is wrong with a command line whose command is not there, better than the parser does.
enum MisspeltCommand {
    /// Nil when the words before the first option name a command: then something else is wrong.
    static func text(_ arguments: [String], of root: any ParsableCommand.Type) -> String? {
        var command = root
        var path = root.name
        for word in arguments.prefix(while: { !$0.hasPrefix("-") }) {
            // What stands behind a command without subcommands are its own arguments; `help` has its own too.
            if command.configuration.subcommands.isEmpty || word == "help" { return nil }
            guard let next = command.configuration.subcommands.first(where: { $0.name == word }) else {
                return text(unknown: word, below: command, path)
            }
            command = next
            path += " " + word
        }
        guard !command.configuration.subcommands.isEmpty, let option = arguments.first(where: { $0.hasPrefix("-") })
        else {
            return nil
        }
        return text(
            "'\(DisplayText.line(option))' stands before the command: options come last, as in "
                + "'\(path) \(command.configuration.subcommands[0].name) --output json'.", path)
    }

    private static func text(unknown word: String, below parent: any ParsableCommand.Type, _ path: String) -> String {
        let commands = parent.configuration.subcommands.map { $0.name }
        let suggestion =
            NearestName.to(word, among: commands).map { "Did you mean '\(path) \($0)'?" }
            ?? "There are: \(commands.joined(separator: ", "))."
        return text("'\(DisplayText.line(word))' is no command of '\(path)'. \(suggestion)", path)
    }

    private static func text(_ problem: String, _ path: String) -> String {
        """
        Error: \(problem)
        Usage: \(path) <subcommand>
          See '\(path) --help' for more information.

        """
    }
}

extension ParsableCommand {
    fileprivate static var name: String { configuration.commandName ?? "" }
}
