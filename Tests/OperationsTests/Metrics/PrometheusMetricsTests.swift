internal import Logging
internal import Metrics
import Testing

@testable internal import Operations

@Suite("Metrics for Prometheus")
struct PrometheusMetricsTests {
    private static let definitions = [
        MetricDefinition("calls_total", .counter, labels: ["method", "code"], "Calls."),
        MetricDefinition("time_total", .counter, "Seconds of\nwork \\ rest."),
        MetricDefinition("size", .gauge, "A size."),
        MetricDefinition("took_seconds", .histogram, labels: ["method"], "Durations."),
        MetricDefinition("never_used", .gauge, "Nobody asks for it."),
    ]

    private static func metrics(maximumSeries: Int = 100) -> PrometheusMetrics {
        PrometheusMetrics(definitions, maximumSeries: maximumSeries, logger: .silent)
    }

    /// Without the metric that tells of dropped ones.
    private static func lines(_ metrics: PrometheusMetrics) -> [String] {
        metrics.text().split(separator: "\n").map(String.init).filter { !$0.contains("agentd_metrics_dropped") }
    }

    @Test("Counters, fractions and gauges are written sorted, each metric with its help and type")
    func exposition() {
        let metrics = Self.metrics()
        Counter(label: "calls_total", dimensions: [("method", "Get"), ("code", "OK")], factory: metrics).increment(
            by: 3)
        // The order of the dimensions does not matter: it is the same counter.
        Counter(label: "calls_total", dimensions: [("code", "OK"), ("method", "Get")], factory: metrics).increment()
        Counter(label: "calls_total", dimensions: [("method", "Delete"), ("code", "OK")], factory: metrics).increment()
        FloatingPointCounter(label: "time_total", factory: metrics).increment(by: 0.25)
        FloatingPointCounter(label: "time_total", factory: metrics).increment(by: 1.5)
        Gauge(label: "size", factory: metrics).record(1_700_000_000.0)
        #expect(
            Self.lines(metrics) == [
                "# HELP calls_total Calls.",
                "# TYPE calls_total counter",
                #"calls_total{method="Delete",code="OK"} 1"#,
                #"calls_total{method="Get",code="OK"} 4"#,
                "# HELP size A size.",
                "# TYPE size gauge",
                "size 1700000000",
                #"# HELP time_total Seconds of\nwork \\ rest."#,
                "# TYPE time_total counter",
                "time_total 1.75",
            ])
        #expect(metrics.text() == metrics.text())
    }

    @Test("A timer is a histogram in seconds whose buckets add up")
    func histogram() {
        let metrics = Self.metrics()
        let timer = Metrics.Timer(label: "took_seconds", dimensions: [("method", "Get")], factory: metrics)
        for nanoseconds: Int64 in [-5, 50_000, 50_001, 3_000_000, 10_000_000_000, 60_000_000_000] {
            timer.recordNanoseconds(nanoseconds)
        }
        let expected = [
            ("5e-05", 2), ("0.0001", 3), ("0.00025", 3), ("0.0005", 3), ("0.001", 3), ("0.0025", 3), ("0.005", 4),
            ("0.01", 4), ("0.025", 4), ("0.05", 4), ("0.1", 4), ("0.25", 4), ("0.5", 4), ("1.0", 4), ("2.5", 4),
            ("5.0", 4), ("10.0", 5), ("+Inf", 6),
        ].map { #"took_seconds_bucket{method="Get",le="\#($0)"} \#($1)"# }
        #expect(
            Self.lines(metrics)
                == ["# HELP took_seconds Durations.", "# TYPE took_seconds histogram"] + expected + [
                    #"took_seconds_sum{method="Get"} 70.003100001"#, #"took_seconds_count{method="Get"} 6"#,
                ])
    }

    @Test(
        "Values of labels cannot break out of their quotes",
        arguments: [
            (#"a"b"#, #"a\"b"#), ("a\nb", #"a\nb"#), (#"a\b"#, #"a\\b"#), (#"\n"#, #"\\n"#), ("", ""),
            ("é{}=,", "é{}=,"),
        ])
    func escaping(value: String, expected: String) {
        let metrics = Self.metrics()
        Counter(label: "calls_total", dimensions: [("method", value), ("code", "OK")], factory: metrics).increment()
        #expect(Self.lines(metrics).last == #"calls_total{method="\#(expected)",code="OK"} 1"#)
    }

    @Test(
        "Gauges write every number as Prometheus reads it",
        arguments: [
            (0.0, "0"), (-2.0, "-2"), (0.1, "0.1"), (1e300, "1e+300"), (.infinity, "+Inf"), (-.infinity, "-Inf"),
            (.nan, "NaN"), (1e-9, "1e-09"),
        ])
    func numbers(value: Double, expected: String) {
        let metrics = Self.metrics()
        Gauge(label: "size", factory: metrics).record(value)
        #expect(Self.lines(metrics).last == "size \(expected)")
    }

    @Test("A gauge that is set and one that is moved up and down are the same")
    func meter() {
        let metrics = Self.metrics()
        let meter = Meter(label: "size", factory: metrics)
        Gauge(label: "size", factory: metrics).record(10)
        meter.increment(by: 5)
        meter.decrement()
        meter.increment(by: Double.nan)
        #expect(Self.lines(metrics).last == "size 14")
    }

    @Test("Counters do not fall, except when they are told to begin anew")
    func monotony() {
        let metrics = Self.metrics()
        let counter = Counter(label: "time_total", factory: metrics)
        counter.increment(by: 7)
        counter.increment(by: -3)
        let fractions = FloatingPointCounter(label: "time_total", factory: metrics)
        fractions.increment(by: -0.5)
        fractions.increment(by: Double.infinity)
        #expect(Self.lines(metrics).last == "time_total 7")
        counter.reset()
        #expect(Self.lines(metrics).last == "time_total 0")
    }

    @Test("What is not in the table as it is asked for is not exposed, and counted")
    func unknown() {
        let metrics = Self.metrics()
        Counter(label: "nobody_knows", factory: metrics).increment()
        Counter(label: "size", factory: metrics).increment()
        Recorder(label: "size", factory: metrics).record(1)
        Counter(label: "calls_total", factory: metrics).increment()
        Counter(label: "calls_total", dimensions: [("method", "a"), ("tenant", "b")], factory: metrics).increment()
        let long = String(repeating: "x", count: 201)
        Counter(label: "calls_total", dimensions: [("method", long), ("code", "b")], factory: metrics).increment()
        #expect(
            metrics.text().split(separator: "\n").filter { !$0.hasPrefix("#") } == [
                #"agentd_metrics_dropped_total{reason="series_limit"} 0"#,
                #"agentd_metrics_dropped_total{reason="unknown_metric"} 3"#,
                #"agentd_metrics_dropped_total{reason="wrong_labels"} 3"#,
            ])
    }

    @Test("Beyond the limit new series are dropped, and those that are there go on")
    func seriesLimit() {
        let metrics = Self.metrics(maximumSeries: 25)
        func counter(_ number: Int) -> Counter {
            Counter(label: "calls_total", dimensions: [("method", "\(number)"), ("code", "OK")], factory: metrics)
        }
        let timer = Metrics.Timer(label: "took_seconds", dimensions: [("method", "Get")], factory: metrics)
        for number in 0..<100 { counter(number).increment() }
        counter(3).increment()
        timer.recordNanoseconds(1)
        let text = metrics.text()
        #expect(text.contains(#"calls_total{method="3",code="OK"} 2"#))
        #expect(text.contains(#"calls_total{method="4",code="OK"} 1"#))
        #expect(!text.contains(#"calls_total{method="5""#))
        #expect(text.contains(#"took_seconds_count{method="Get"} 1"#))
        #expect(text.contains(#"agentd_metrics_dropped_total{reason="series_limit"} 95"#))
    }

    @Test("Nothing is lost when many threads record at once, and each answer is consistent", .timeLimit(.minutes(1)))
    func concurrency() async throws {
        let metrics = Self.metrics()
        let rounds = 20_000
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    let counter = Counter(label: "time_total", factory: metrics)
                    let fractions = FloatingPointCounter(label: "time_total", factory: metrics)
                    let meter = Meter(label: "size", factory: metrics)
                    let timer = Metrics.Timer(label: "took_seconds", dimensions: [("method", "Get")], factory: metrics)
                    for _ in 0..<rounds {
                        counter.increment()
                        fractions.increment(by: 0.5)
                        meter.increment(by: 2)
                        meter.decrement()
                        timer.recordNanoseconds(1_000)
                    }
                }
            }
            group.addTask {
                for _ in 0..<50 {
                    let lines = Self.lines(metrics)
                    let everything = lines.first { $0.contains(#"le="+Inf""#) }?.split(separator: " ").last
                    let count = lines.first { $0.contains("_count") }?.split(separator: " ").last
                    #expect(everything == count)
                }
            }
        }
        let text = metrics.text()
        #expect(text.contains("\ntime_total \(4 * rounds * 3 / 2)\n"))
        #expect(text.contains("\nsize \(4 * rounds)\n"))
        #expect(text.contains("took_seconds_count{method=\"Get\"} \(4 * rounds)\n"))
        #expect(text.contains("took_seconds_sum{method=\"Get\"} 0.08\n"))
    }
}

extension Logger {
    static var silent: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
}
