internal import ArgumentParser
internal import Operations

struct Config: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show settings: an example file, what is in force, or the reference.",
        discussion: "With --effective any setting may follow as a flag, as with `agentd serve`.")

    enum Mode: EnumerableFlag {
        case example
        case effective
        case reference

        static func help(for value: Mode) -> ArgumentHelp? {
            switch value {
            case .example: "Print a configuration file that explains every setting and can be used as it is."
            case .effective: "Print what is in force here and where each value came from, without secrets."
            case .reference: "Print the table of settings as Markdown."
            }
        }
    }

    @Flag(exclusivity: .exclusive) var mode: Mode

    @OptionGroup var options: SettingOptions

    func run() async throws {
        switch mode {
        case .example: Output.text(SettingsTable.example)
        case .effective: Output.text(try options.load().effectiveText)
        case .reference: Output.text(SettingsTable.reference)
        }
    }
}
