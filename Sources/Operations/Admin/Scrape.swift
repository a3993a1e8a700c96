internal import AgentdCore
internal import CoreMetrics

/// Brings the figures that are only looked at when somebody asks up to date, and writes everything out.
final class Scrape: Sendable {
    /// How long a loop that is busy may delay an answer: well below the ten seconds that a scraper waits by default.
    private static let collectionLimit = Duration.seconds(1)

    private let metrics: PrometheusMetrics
    private let state: AdminState
    private let collection: BoundedCollection
    private let process: ProcessMetrics
    private let isCollected: Gauge
    private let isReady: Gauge
    private let isIsolationProven: Gauge
    private let isolationProofTime: Gauge

    /// - Parameter collect: Sets the gauges of whatever is asked, such as the serving loops.
    init(
        _ metrics: PrometheusMetrics, state: AdminState, build: BuildInformation,
        executor: (any TaskExecutor)?, collect: @escaping @Sendable () async -> Void
    ) {
        self.metrics = metrics
        self.state = state
        collection = BoundedCollection(limit: Self.collectionLimit, executor: executor, work: collect)
        process = ProcessMetrics(factory: metrics)
        isCollected = Gauge(label: "agentd_metrics_collected", factory: metrics)
        isReady = Gauge(label: "agentd_ready", factory: metrics)
        isIsolationProven = Gauge(label: "agentd_isolation_proven", factory: metrics)
        isolationProofTime = Gauge(label: "agentd_isolation_proven_timestamp_seconds", factory: metrics)
        let labels = [("version", build.version), ("swift", build.swift)]
        Gauge(label: "agentd_build_info", dimensions: labels, factory: metrics).record(1)
    }

    func text() async -> String {
        isCollected.record(await collection.run() ? 1 : 0)
        process.collect()
        let report = state.current
        isReady.record(report.isReady ? 1 : 0)
        isIsolationProven.record(report.isIsolationProven ? 1 : 0)
        isolationProofTime.record(report.isolationProofTime?.seconds ?? 0)
        return metrics.text()
    }
}
