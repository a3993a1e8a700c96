internal import Foundation
internal import TestSupport
import Testing

@testable internal import Operations

@Suite("The PostgreSQL of this machine")
struct PostgresInstallationTests {
    private func withVersions(_ versions: [String], _ body: (String) throws -> Void) throws {
        let folder = NSTemporaryDirectory() + "agentd-test-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for version in versions {
            try FileManager.default.createDirectory(atPath: "\(folder)/\(version)", withIntermediateDirectories: true)
            try FileManager.default.createSymbolicLink(
                atPath: "\(folder)/\(version)/bin", withDestinationPath: TestEnvironment.postgresBinaries)
        }
        try body(folder)
    }

    @Test("The newest version is taken, by number")
    func newest() throws {
        try withVersions(["9", "15", "13"]) { folder in
            let found = try PostgresInstallation(given: nil, version: nil, versionsFolder: folder)
            #expect(found.folder == "\(folder)/15/bin")
        }
    }

    @Test("Data are read by the version that wrote them, and by no other")
    func matching() throws {
        try withVersions(["13", "15"]) { folder in
            let found = try PostgresInstallation(given: nil, version: "13", versionsFolder: folder)
            #expect(found.folder == "\(folder)/13/bin")
            let failure = try #require(throws: EmbeddedPostgresFailure.self) {
                try PostgresInstallation(given: nil, version: "14", versionsFolder: folder)
            }
            #expect(failure.kind == .configuration)
            #expect(failure.description.contains("apt-get install postgresql-14"))
        }
    }

    @Test("Where there is none, it is said what to install")
    func none() throws {
        try withVersions([]) { folder in
            let failure = try #require(throws: EmbeddedPostgresFailure.self) {
                try PostgresInstallation(given: nil, version: nil, versionsFolder: folder)
            }
            #expect(failure.kind == .configuration)
            #expect(failure.description.contains("apt-get install postgresql"))
            #expect(failure.description.contains("AGENTD_DATABASE_URL"))
        }
    }

    @Test("A folder that was named must hold the programs")
    func named() throws {
        #expect(
            try PostgresInstallation(given: TestEnvironment.postgresBinaries, version: "9").folder
                == TestEnvironment.postgresBinaries)
        let failure = try #require(throws: EmbeddedPostgresFailure.self) {
            try PostgresInstallation(given: "/nowhere", version: nil)
        }
        #expect(failure.description.hasPrefix("AGENTD_POSTGRES_BIN is /nowhere"))
    }
}
