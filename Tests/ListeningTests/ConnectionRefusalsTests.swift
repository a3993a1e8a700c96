internal import Logging
internal import MetricsTestKit
internal import NIOCore
internal import NIOEmbedded
internal import Synchronization
import Testing

@testable internal import Listening

@Suite("Warnings of refused connections", .timeLimit(.minutes(1)))
struct ConnectionRefusalsTests {
    /// Keeps reason, count and peer of each warning.
    private final class Warnings: Sendable {
        let lines = Mutex<[String]>([])
    }

    private struct Handler: LogHandler {
        let warnings: Warnings
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.MetadataValue? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let fields = ["reason", "count", "for_example"].map { event.metadata?[$0]?.description ?? "" }
            warnings.lines.withLock { $0.append(fields.joined(separator: " ")) }
        }
    }

    @Test("The first is told at once, those that follow when a while has passed, and none twice")
    func burst() {
        let warnings = Warnings()
        let loop = EmbeddedEventLoop()
        let refusals = ConnectionRefusals(
            logger: Logger(label: "test") { _ in Handler(warnings: warnings) }, quiet: .seconds(60),
            metrics: TestMetrics())
        func told() -> [String] {
            warnings.lines.withLock { lines in
                defer { lines = [] }; return lines
            }
        }

        for number in 1...5 { refusals.note(.flood, of: "peer \(number)", on: loop) }
        refusals.note(.frameTimeout, of: "another", on: loop)
        #expect(told() == ["FLOOD 1 peer 1", "FRAME_TIMEOUT 1 another"])
        loop.advanceTime(by: .seconds(59))
        #expect(told() == [])
        loop.advanceTime(by: .seconds(1))
        #expect(told() == ["FLOOD 4 peer 5"])
        refusals.note(.flood, of: "peer 6", on: loop)
        loop.advanceTime(by: .seconds(60))
        #expect(told() == ["FLOOD 1 peer 6"])
        loop.advanceTime(by: .seconds(600))
        #expect(told() == [])
        refusals.note(.flood, of: "peer 7", on: loop)
        #expect(told() == ["FLOOD 1 peer 7"])
    }
}
