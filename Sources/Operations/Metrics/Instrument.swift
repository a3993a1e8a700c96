/// What keeps the figures of one metric with one set of labels. Recording takes no lock and allocates nothing, and may
/// happen on any thread.
protocol Instrument: AnyObject, Sendable {
    /// The time series that it stands for in the database of whoever scrapes.
    static var seriesCount: Int { get }

    init()

    /// Writes its lines.
    /// - Parameter labels: Without the braces; empty when there are none.
    func write(_ name: String, labels: String, to text: inout MetricText)
}
