/// Says now and then how far a step is.
struct ProgressMeter {
    /// Often enough to see that it moves.
    private static let interval = Duration.milliseconds(500)

    private var rows: Int
    private let total: Int
    private let firstRows: Int
    private let start = ContinuousClock.now
    private var last = ContinuousClock.now

    /// - Parameter rows: What an earlier run did.
    init(rows: Int, total: Int) {
        self.rows = rows
        self.total = total
        firstRows = rows
    }

    mutating func add(_ count: Int, _ note: String, _ report: (ConversionProgress) -> Void) {
        rows += count
        guard ContinuousClock.now - last >= Self.interval else { return }
        last = ContinuousClock.now
        say(note, report)
    }

    func end(_ report: (ConversionProgress) -> Void) { say("", report) }

    private func say(_ note: String, _ report: (ConversionProgress) -> Void) {
        let seconds = max((ContinuousClock.now - start).milliseconds / 1_000, 0.001)
        let rate = Double(rows - firstRows) / seconds
        let left = rate > 0 ? Int(Double(max(0, total - rows)) / rate) : nil
        report(.rows(rows, of: max(total, rows), rate: Int(rate), secondsLeft: left, note: note))
    }
}
