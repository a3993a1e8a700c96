internal import Foundation

/// The programs of PostgreSQL on this machine.
struct PostgresInstallation: Sendable, Equatable {
    /// The folder of `initdb` and `postgres`.
    let folder: String

    var initdb: String { folder + "/initdb" }
    var postgres: String { folder + "/postgres" }

    /// Where Debian and Ubuntu put each version.
    private static let versionsFolder = "/usr/lib/postgresql"

    /// - Parameters:
    ///   - given: What AGENTD_POSTGRES_BIN says.
    ///   - version: The major version that existing data belong to; only that one can read them.
    init(
        given: String?, version: String?, versionsFolder: String = Self.versionsFolder
    ) throws(EmbeddedPostgresFailure) {
        if let given {
            guard Self.hasPrograms(given) else {
                throw EmbeddedPostgresFailure(
                    .configuration,
                    "AGENTD_POSTGRES_BIN is \(given), which does not hold the programs initdb and postgres. "
                        + "It must be a folder such as \(versionsFolder)/15/bin.")
            }
            folder = given
            return
        }
        let found = Self.versions(versionsFolder)
        if let version, let match = found.last(where: { $0.version == version }) {
            folder = match.folder
        } else if let version {
            throw EmbeddedPostgresFailure(
                .configuration,
                "The data belong to PostgreSQL \(version), which is not installed: apt-get install "
                    + "postgresql-\(version). If it is elsewhere, say so with AGENTD_POSTGRES_BIN.")
        } else if let newest = found.last {
            folder = newest.folder
        } else {
            throw EmbeddedPostgresFailure(
                .configuration,
                "There is no database: AGENTD_DATABASE_URL is not set, and PostgreSQL is not installed, which agentd "
                    + "would run by itself. Install it (Debian and Ubuntu: apt-get install postgresql), say where it "
                    + "is with AGENTD_POSTGRES_BIN, or set AGENTD_DATABASE_URL.")
        }
    }

    /// Installed versions, oldest first.
    private static func versions(_ folder: String) -> [(version: String, folder: String)] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { Int($0) != nil }
            .sorted { (Int($0) ?? 0) < (Int($1) ?? 0) }
            .map { (version: $0, folder: "\(folder)/\($0)/bin") }
            .filter { hasPrograms($0.folder) }
    }

    private static func hasPrograms(_ folder: String) -> Bool {
        ["initdb", "postgres"].allSatisfy { FileManager.default.isExecutableFile(atPath: "\(folder)/\($0)") }
    }
}
