internal import Foundation
internal import Logging
internal import Operations
internal import Synchronization
internal import TestSupport
import Testing

@Suite("Files that are watched", .timeLimit(.minutes(1)))
struct FileWatchTests {
    /// What the watch told.
    private final class Heard: Sendable {
        private let state = Mutex<[[String]]>([])

        var all: [[String]] { state.withLock { $0 } }

        /// What is rubbish is left open.
        func note(_ files: [TextFile]) -> FileWatch.Outcome {
            state.withLock { $0.append(files.map(\.text)) }
            return files.contains { $0.text == "rubbish" } ? .open : .settled
        }
    }

    @Test("Asked to look, it hands on all of its files when one has changed, and says nothing when none has")
    func change() async throws {
        try await watching(["old certificate", "old key"]) { paths, look, heard in
            try Data("new key".utf8).write(to: URL(filePath: paths[1]), options: .atomic)
            look()
            try await waitUntil { heard.all == [["old certificate", "new key"]] }
            look()
            try Data("new certificate".utf8).write(to: URL(filePath: paths[0]), options: .atomic)
            look()
            try await waitUntil { heard.all.count > 1 }
            #expect(heard.all == [["old certificate", "new key"], ["new certificate", "new key"]])
        }
    }

    @Test("While one of the files is missing nothing is handed on, and afterwards everything")
    func missing() async throws {
        try await watching(["a", "b"]) { paths, look, heard in
            try FileManager.default.removeItem(atPath: paths[0])
            try Data("c".utf8).write(to: URL(filePath: paths[1]))
            look()
            try Data("d".utf8).write(to: URL(filePath: paths[0]), options: .atomic)
            look()
            try await waitUntil { !heard.all.isEmpty }
            #expect(heard.all == [["d", "c"]])
        }
    }

    @Test("What was left open is handed on again at the next look, and no more when it was settled")
    func open() async throws {
        try await watching(["a"]) { paths, look, heard in
            try Data("rubbish".utf8).write(to: URL(filePath: paths[0]), options: .atomic)
            look()
            try await waitUntil { heard.all == [["rubbish"]] }
            look()
            try await waitUntil { heard.all.count > 1 }
            #expect(heard.all.allSatisfy { $0 == ["rubbish"] })
            try Data("b".utf8).write(to: URL(filePath: paths[0]), options: .atomic)
            look()
            try await waitUntil { heard.all.last == ["b"] }
            let settled = heard.all.count
            look()
            try Data("c".utf8).write(to: URL(filePath: paths[0]), options: .atomic)
            look()
            try await waitUntil { heard.all.last == ["c"] }
            #expect(heard.all.count == settled + 1)
        }
    }

    @Test("Without being asked it looks by itself")
    func byItself() async throws {
        try await watching(["a"]) { paths, _, heard in
            try Data("b".utf8).write(to: URL(filePath: paths[0]), options: .atomic)
            try await waitUntil { heard.all == [["b"]] }
        }
    }

    private func watching(
        _ texts: [String], _ body: ([String], () -> Void, Heard) async throws -> Void
    ) async throws {
        let paths = try texts.map { try TestFile.path($0) }
        let heard = Heard()
        let (requests, look) = AsyncStream.makeStream(of: Void.self)
        let watch = FileWatch(
            try paths.map { try TextFile(reading: $0) }, requests: requests, logger: Logger(label: "test"),
            changed: { heard.note($0) })
        try await withThrowingTaskGroup { group in
            group.addTask { try await watch.run() }
            try await body(paths, { look.yield() }, heard)
            group.cancelAll()
        }
    }
}
