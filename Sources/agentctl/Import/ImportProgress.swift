/// How far an import is, on standard error: a bar that is redrawn on a terminal, a line now and then elsewhere.
struct ImportProgress {
    enum Style {
        case none
        case bar(width: Int)
        case lines

        /// What fits where standard error goes.
        static var fitting: Style { Terminal.errorWidth.map { .bar(width: $0) } ?? .lines }
    }

    private static let barInterval = Duration.milliseconds(100)
    private static let lineInterval = Duration.seconds(5)
    private static let barCells = 30

    private let style: Style
    private let totalBytes: Int?
    private let began = ContinuousClock.now
    private var shown = ContinuousClock.now

    /// - Parameter totalBytes: Of the file; nil when it is not known.
    init(_ style: Style, totalBytes: Int?) {
        self.style = style
        self.totalBytes = totalBytes
    }

    /// Shows it when it is time to.
    mutating func update(_ report: ImportReport, bytesRead: Int) {
        let now = ContinuousClock.now
        switch style {
        case .none: return
        case .bar(let width):
            guard now - shown >= Self.barInterval else { return }
            draw(report, bytesRead: bytesRead, width: width, at: now)
        case .lines:
            guard now - shown >= Self.lineInterval else { return }
            Terminal.standardError(counts(report, at: now) + "\n")
        }
        shown = now
    }

    /// Shows the end of it.
    func finish(_ report: ImportReport, bytesRead: Int) {
        guard case .bar(let width) = style else { return }
        draw(report, bytesRead: bytesRead, width: width, at: ContinuousClock.now)
        Terminal.standardError("\n")
    }

    private func draw(_ report: ImportReport, bytesRead: Int, width: Int, at now: ContinuousClock.Instant) {
        var line = counts(report, at: now)
        if let totalBytes, totalBytes > 0 {
            let share = min(Double(bytesRead) / Double(totalBytes), 1)
            let full = Int(share * Double(Self.barCells))
            let bar = String(repeating: "█", count: full) + String(repeating: "░", count: Self.barCells - full)
            line = "\(bar) \(Int(share * 100))%  \(line)"
        }
        // Back to the start of the line, and away with what stands behind it.
        Terminal.standardError("\r\(DisplayText.cut(line, width: max(width - 1, 1)))\u{1B}[K")
    }

    private func counts(_ report: ImportReport, at now: ContinuousClock.Instant) -> String {
        let (seconds, attoseconds) = (now - began).components
        let elapsed = Double(seconds) + Double(attoseconds) / 1e18
        let done = report.stored + report.valid + report.failed
        let rate = elapsed > 0 ? Int(Double(done) / elapsed) : 0
        return "\(done) lines done, \(report.failed) failed, \(rate)/s"
    }
}
