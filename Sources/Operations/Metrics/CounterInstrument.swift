internal import CoreMetrics
internal import Synchronization

/// Counts upwards. Amounts that are negative or not numbers are left out: a counter that falls would be taken for a
/// restart.
final class CounterInstrument: Instrument, CounterHandler, FloatingPointCounterHandler {
    static let seriesCount = 1

    /// Wraps after 2^63, which one count a nanosecond takes 292 years to reach.
    private let whole = Atomic<Int64>(0)
    /// What was counted in fractions, on top of `whole`.
    private let fractional = Atomic<Double>(0)

    func increment(by amount: Int64) {
        if amount > 0 { whole.wrappingAdd(amount, ordering: .relaxed) }
    }

    func increment(by amount: Double) {
        if amount > 0, amount.isFinite { fractional.add(amount) }
    }

    func reset() {
        whole.store(0, ordering: .relaxed)
        fractional.store(0, ordering: .relaxed)
    }

    func write(_ name: String, labels: String, to text: inout MetricText) {
        let (whole, fractional) = (whole.load(ordering: .relaxed), fractional.load(ordering: .relaxed))
        if fractional == 0 {
            text.sample(name, labels: labels, value: whole)
        } else {
            text.sample(name, labels: labels, value: Double(whole) + fractional)
        }
    }
}

extension Atomic where Value == Double {
    /// Adds without a lock: tries again when another thread was faster.
    func add(_ amount: Double) {
        var current = load(ordering: .relaxed)
        while true {
            let (exchanged, original) = weakCompareExchange(
                expected: current, desired: current + amount, ordering: .relaxed)
            if exchanged { return }
            current = original
        }
    }
}
