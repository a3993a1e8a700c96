package import CoreMetrics
package import Logging
internal import Synchronization

/// Keeps what is counted and measured through swift-metrics, and writes it out for Prometheus.
///
/// Asking for a counter, gauge or timer takes a lock and is for the start of things; recording with one that one has
/// takes some nanoseconds. Two that have the same name and labels are the same. What is asked for and is not in the
/// table of metrics is not exposed, and counted as dropped.
package final class PrometheusMetrics: MetricsFactory {
    /// Five times what all methods make with every code: what is beyond it is a label with values without end, and
    /// would grow until the daemon, or the database of whoever scrapes, runs out of memory.
    package static let maximumSeries = 10_000
    /// More than any name of a method; together with the number of series it bounds the memory.
    private static let maximumLabelValueBytes = 200
    /// Of metrics that are dropped so many are logged, so that a bug does not fill the log.
    private static let maximumLoggedDrops = 20

    private enum DropReason: String, CaseIterable {
        /// It is not in the table, or is there as another kind.
        case unknownMetric = "unknown_metric"
        /// The labels are not those of the table, or one has a value that is too long.
        case wrongLabels = "wrong_labels"
        case seriesLimit = "series_limit"
    }

    private struct Family {
        let definition: MetricDefinition
        /// By their labels.
        var instruments: [String: any Instrument] = [:]
    }

    private struct State {
        var families: [String: Family] = [:]
        var seriesCount = 0
        var loggedDrops = 0
    }

    private let maximumSeries: Int
    private let logger: Logger
    private let state: Mutex<State>
    private let drops: [DropReason: CounterInstrument]

    package init(
        _ definitions: [MetricDefinition] = MetricCatalogue.all, maximumSeries: Int = maximumSeries, logger: Logger
    ) {
        self.maximumSeries = maximumSeries
        self.logger = logger
        var state = State()
        for definition in definitions { state.families[definition.name] = Family(definition: definition) }
        var family = Family(definition: MetricCatalogue.dropped)
        var drops: [DropReason: CounterInstrument] = [:]
        for reason in DropReason.allCases {
            let counter = CounterInstrument()
            drops[reason] = counter
            family.instruments["reason=\"\(reason.rawValue)\""] = counter
        }
        state.families[family.definition.name] = family
        self.drops = drops
        self.state = Mutex(state)
    }

    /// Everything, sorted by name and labels. Metrics that were never asked for are left out.
    package func text() -> String {
        let families = state.withLock { Array($0.families.values) }
        var text = MetricText()
        for family in families.sorted(by: { $0.definition.name < $1.definition.name })
        where !family.instruments.isEmpty {
            text.header(family.definition)
            for (labels, instrument) in family.instruments.sorted(by: { $0.key < $1.key }) {
                instrument.write(family.definition.name, labels: labels, to: &text)
            }
        }
        return text.text
    }

    /// The one instrument of this name and these labels; nil when it is dropped.
    private func instrument<I: Instrument>(
        _ kind: MetricDefinition.Kind, _ name: String, _ dimensions: [(String, String)], _: I.Type
    ) -> I? {
        let outcome: Result<I, Drop> = state.withLock { state in
            guard let family = state.families[name], family.definition.kind == kind else {
                return .failure(Drop(.unknownMetric))
            }
            let labels = family.definition.labelText(dimensions, maximumValueBytes: Self.maximumLabelValueBytes)
            guard let labels else { return .failure(Drop(.wrongLabels)) }
            if let known = family.instruments[labels] as? I { return .success(known) }
            guard state.seriesCount + I.seriesCount <= maximumSeries else { return .failure(Drop(.seriesLimit)) }
            state.seriesCount += I.seriesCount
            let new = I()
            state.families[name]?.instruments[labels] = new
            return .success(new)
        }
        switch outcome {
        case .success(let instrument): return instrument
        case .failure(let drop):
            noteDrop(of: name, drop.reason)
            return nil
        }
    }

    private struct Drop: Error {
        let reason: DropReason

        init(_ reason: DropReason) { self.reason = reason }
    }

    private func noteDrop(of name: String, _ reason: DropReason) {
        drops[reason]?.increment(by: Int64(1))
        let isLogged = state.withLock { state in
            state.loggedDrops += 1
            return state.loggedDrops <= Self.maximumLoggedDrops
        }
        guard isLogged else { return }
        logger.warning("A metric is not exposed", metadata: ["metric": "\(name)", "reason": "\(reason.rawValue)"])
    }
}

// MARK: The factory of swift-metrics

extension PrometheusMetrics {
    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        instrument(.counter, label, dimensions, CounterInstrument.self) ?? NOOPMetricsHandler.instance
    }

    package func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        instrument(.counter, label, dimensions, CounterInstrument.self) ?? NOOPMetricsHandler.instance
    }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        instrument(.gauge, label, dimensions, GaugeInstrument.self) ?? NOOPMetricsHandler.instance
    }

    /// One that is not to aggregate is a gauge. Distributions of anything but durations are not in the table.
    package func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler {
        guard !aggregate else {
            noteDrop(of: label, .unknownMetric)
            return NOOPMetricsHandler.instance
        }
        return instrument(.gauge, label, dimensions, GaugeInstrument.self) ?? NOOPMetricsHandler.instance
    }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        instrument(.histogram, label, dimensions, HistogramInstrument.self) ?? NOOPMetricsHandler.instance
    }

    // Instruments stay: others may have the same one, and a counter that is gone would be taken for a restart.
    package func destroyCounter(_: any CounterHandler) {}
    package func destroyFloatingPointCounter(_: any FloatingPointCounterHandler) {}
    package func destroyMeter(_: any MeterHandler) {}
    package func destroyRecorder(_: any RecorderHandler) {}
    package func destroyTimer(_: any TimerHandler) {}
}
