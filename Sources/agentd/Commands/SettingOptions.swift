internal import ArgumentParser
internal import Foundation
internal import Glibc
internal import Operations
internal import Postgres

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
        let settings = try Settings(
            SettingsSources(
                flags: try SettingsSources.flags(settings), environment: environment,
                file: try path.map { path throws(SettingsProblem) in try ConfigurationFile(path: path) },
                isRoot: geteuid() == 0))
        try settings.database.requireReadableConnectionStrings()
        return settings
    }
}

extension DatabaseSettings {
    /// What PostgreSQL's own library cannot read is a wrong setting, and no database that is away.
    fileprivate func requireReadableConnectionStrings() throws {
        var strings = [("AGENTD_OWNER_DATABASE_URL", owner)]
        if case .external(let application, let platform) = location {
            // The second may be made of the first.
            let isReadable = ConnectionTrial.problem(in: application.conninfo) == nil
            strings.append(
                isReadable ? ("AGENTD_PLATFORM_DATABASE_URL", platform) : ("AGENTD_DATABASE_URL", application))
        }
        let problems = strings.compactMap { name, string in
            string.flatMap { ConnectionTrial.problem(in: $0.conninfo) }.map { problem in
                "\(name) is no connection string of PostgreSQL: \(problem). One is "
                    + "postgresql://agentd_app@db.example:5432/agentd; in it, %40 stands for an @ of a password, %2F "
                    + "for a / and %25 for a %."
            }
        }
        guard problems.isEmpty else { throw Failure(.configuration, problems.joined(separator: "\n")) }
    }
}
