internal import ArgumentParser
internal import Foundation
internal import Glibc
internal import Operations

/// The settings of a command: every one of the table as a flag, and the configuration file.
struct SettingOptions: ParsableArguments {
    @Option(help: "A configuration file in JSON; `agentd config --example` writes one. Also AGENTD_CONFIG.")
    var config: String?

    @Argument(
        parsing: .allUnrecognized,
        help: ArgumentHelp("Any setting as a flag, such as --log-level debug.", valueName: "--setting value"))
    var settings: [String] = []

    func validate() throws {
        do {
            _ = try SettingsSources.flags(settings)
        } catch {
            throw ValidationError("\(error)")
        }
    }

    /// - Throws: Everything that is wrong with the configuration, at once.
    func load() throws -> Settings {
        let environment = ProcessInfo.processInfo.environment
        let path = config ?? environment[SettingsSources.configurationFileName].flatMap { $0.isEmpty ? nil : $0 }
        return try Settings(
            SettingsSources(
                flags: try SettingsSources.flags(settings), environment: environment,
                file: try path.map { path throws(SettingsProblem) in try ConfigurationFile(path: path) },
                isRoot: geteuid() == 0))
    }
}
