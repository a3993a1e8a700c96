internal import Foundation

/// What `scripts/test` prepares for the tests.
package enum TestEnvironment {
    /// Connects to the private cluster of this run as its superuser.
    package static var database: String { required("AGENTD_TEST_DATABASE") }

    /// The folder of `agentd` and `agentctl`.
    package static var binaries: String { required("AGENTD_TEST_BINARIES") }

    /// The folder of `initdb` and `postgres`.
    package static var postgresBinaries: String { required("AGENTD_TEST_POSTGRES_BIN") }

    /// A Python with the packages of `Tests/python-requirements.txt`.
    package static var python: String { required("AGENTD_TEST_PYTHON") }

    /// The folder of `agents.jsonl`, real agents that not every checkout has beside it.
    package static var data: String? { ProcessInfo.processInfo.environment["AGENTD_TEST_DATA"] }

    /// The top of the repository.
    package static var repository: String {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .path
    }

    private static func required(_ name: String) -> String {
        guard let value = ProcessInfo.processInfo.environment[name] else {
            fatalError("\(name) is not set: run the tests with scripts/test, which prepares what they need.")
        }
        return value
    }
}
