internal import Logging
internal import MetricsTestKit
internal import Synchronization
import Testing

@testable internal import Listening

@Suite("Counts of refused connections")
struct ConnectionRefusalsTests {
    /// Keeps reason, count and client of each warning.
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
            let fields = ["reason", "count", "top_client", "top_client_count"].map {
                event.metadata?[$0]?.description ?? ""
            }
            warnings.lines.withLock { $0.append(fields.joined(separator: " ")) }
        }
    }

    @Test("Each is counted by its reason, and of each reason the first is warned of with its client")
    func counted() throws {
        let warnings = Warnings()
        let metrics = TestMetrics()
        let refusals = ConnectionRefusals(
            logger: Logger(label: "test") { _ in Handler(warnings: warnings) }, metrics: metrics)
        for peer in ["10.0.0.1:1", "10.0.0.1:2", "[::1]:3", "10.0.0.1:4", "unix"] { refusals.note(.flood, of: peer) }
        refusals.note(.frameTimeout, of: "[::1]:5")
        let first = ["FLOOD 1 10.0.0.1 1", "FRAME_TIMEOUT 1 [::1] 1"]
        #expect(warnings.lines.withLock { $0 } == first)
        refusals.end()
        #expect(warnings.lines.withLock { $0 } == first + ["FLOOD 4 10.0.0.1 2"])
        func count(_ reason: String) throws -> Int64 {
            try metrics.expectCounter("agentd_connections_refused_total", [("reason", reason)]).totalValue
        }
        #expect(try count("FLOOD") == 5)
        #expect(try count("FRAME_TIMEOUT") == 1)
        #expect(try count("TLS_HANDSHAKE") == 0)
    }
}
