internal import Foundation
internal import Glibc

/// A folder for one test, with a short path, because sockets in it have a bounded one.
enum TemporaryFolder {
    static func with<R>(_ body: (String) async throws -> R) async throws -> R {
        var template = Array("/tmp/agentd-test-\(String(repeating: "X", count: 6))".utf8CString)
        guard let folder = mkdtemp(&template).map({ String(cString: $0) }) else {
            throw Daemon.Failure(description: "a folder below /tmp cannot be made: errno \(errno)")
        }
        // A database that runs as another user than root passes through.
        chmod(folder, 0o711)
        do {
            let result = try await body(folder)
            try FileManager.default.removeItem(atPath: folder)
            return result
        } catch {
            try? FileManager.default.removeItem(atPath: folder)
            throw error
        }
    }
}
