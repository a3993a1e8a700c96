internal import Foundation

/// The scripts of `Tests/Python`, run with the interpreter that `scripts/test` prepares.
enum Python {
    struct Failure: Error {
        let script: String
        let status: Int32
    }

    /// Nil when the tests do not run from `scripts/test`.
    static let interpreter = ProcessInfo.processInfo.environment["AGENTD_TEST_PYTHON"]

    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Python")

    /// Runs a script and gives back the lines that it prints.
    static func run(_ script: String, input: [String] = []) throws -> [Substring] {
        // Files instead of pipes: neither side can wait for the other.
        let exchange = FileManager.default.temporaryDirectory.appending(path: "agentd-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: exchange, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: exchange) }
        let (inputFile, outputFile) = (exchange.appending(path: "input"), exchange.appending(path: "output"))
        try Data(input.map { "\($0)\n" }.joined().utf8).write(to: inputFile)
        try Data().write(to: outputFile)

        let process = Process()
        process.executableURL = URL(filePath: interpreter ?? "python3")
        process.arguments = [folder.appending(path: script).path]
        process.environment = ProcessInfo.processInfo.environment.merging(["PYTHONDONTWRITEBYTECODE": "1"]) { $1 }
        process.standardInput = try FileHandle(forReadingFrom: inputFile)
        process.standardOutput = try FileHandle(forWritingTo: outputFile)
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(script: script, status: process.terminationStatus)
        }
        return try String(contentsOf: outputFile, encoding: .utf8).split(separator: "\n")
    }
}
