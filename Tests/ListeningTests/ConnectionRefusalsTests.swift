internal import Logging
internal import MetricsTestKit
internal import Synchronization
import Testing

@testable internal import Listening

@Suite("Counts of refused connections")
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

    @Test("Each is counted by its reason, and of each reason the first is warned of with its client")
    func counted() throws {
        let warnings = Warnings()
        let metrics = TestMetrics()
        let refusals = ConnectionRefusals(
            logger: Logger(label: "test") { _ in Handler(warnings: warnings) }, metrics: metrics)
        for number in 1...5 { refusals.note(.flood, of: "peer \(number)") }
        refusals.note(.frameTimeout, of: "another")
        #expect(warnings.lines.withLock { $0 } == ["FLOOD 1 peer 1", "FRAME_TIMEOUT 1 another"])
        func count(_ reason: String) throws -> Int64 {
            try metrics.expectCounter("agentd_connections_refused_total", [("reason", reason)]).totalValue
        }
        #expect(try count("FLOOD") == 5)
        #expect(try count("FRAME_TIMEOUT") == 1)
        #expect(try count("TLS_HANDSHAKE") == 0)
    }
}
