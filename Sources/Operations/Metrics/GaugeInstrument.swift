internal import CoreMetrics
internal import Synchronization

/// A value that rises and falls: set from outside, or moved up and down.
final class GaugeInstrument: Instrument, RecorderHandler, MeterHandler {
    static let seriesCount = 1

    private let value = Atomic<Double>(0)

    func record(_ value: Int64) { set(value) }
    func record(_ value: Double) { set(value) }
    func set(_ value: Int64) { set(Double(value)) }
    func set(_ value: Double) { self.value.store(value, ordering: .relaxed) }
    func increment(by amount: Double) { if amount.isFinite { value.add(amount) } }
    func decrement(by amount: Double) { if amount.isFinite { value.add(-amount) } }

    func write(_ name: String, labels: String, to text: inout MetricText) {
        text.sample(name, labels: labels, value: value.load(ordering: .relaxed))
    }
}
