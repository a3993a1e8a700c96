internal import Glibc

/// Draws a report: latency by percentile above, latency over time below.
struct LatencyPlot {
    private static let size = (width: 960, height: 780)
    private static let sides = (left: 90.0, right: 920.0)
    private static let above = Panel(top: 122, bottom: 360)
    private static let below = Panel(top: 470, bottom: 700)
    private static let colors = (
        all: "#0b5cad", p50: "#0b5cad", p99: "#c45500", failures: "#b00020", grid: "#dddddd", axis: "#555555"
    )
    /// More points than these are not told apart; of those that share one the worst is shown.
    private static let mostPoints = 800

    private struct Panel {
        let top: Double
        let bottom: Double
    }

    private let report: LoadReport
    private var canvas = SVGCanvas(width: Self.size.width, height: Self.size.height)

    private init(_ report: LoadReport) { self.report = report }

    static func svg(_ report: LoadReport) -> String {
        var plot = LatencyPlot(report)
        plot.drawTitle()
        plot.drawPercentiles()
        plot.drawSeconds()
        return plot.canvas.document(title: plot.title)
    }

    private var title: String { "agentload: \(report.mix) over the \(report.door) door" }

    private mutating func drawTitle() {
        canvas.text(title, at: (Self.sides.left, 34), size: 20, isBold: true)
        canvas.text(report.setting, at: (Self.sides.left, 54), color: Self.colors.axis)
        canvas.text(report.outcome, at: (Self.sides.left, 72), color: Self.colors.axis)
    }

    // MARK: Percentiles

    private mutating func drawPercentiles() {
        let panel = Self.above
        heading("Latency by percentile", panel)
        // A percentile that less than one call is beyond says nothing.
        let curve = report.curve.filter { Double(report.calls) * (1 - $0.percentile / 100) >= 1 }
        let scale = LatencyScale(microseconds: curve.map(\.microseconds), top: panel.top, bottom: panel.bottom)
        drawLatencyAxis(scale, panel)
        let end = Self.nines(curve.last?.percentile ?? 99)
        func x(_ percentile: Double) -> Double {
            Self.sides.left + Self.nines(percentile) / max(end, 1) * (Self.sides.right - Self.sides.left)
        }
        for percentile in [0, 50, 90, 99, 99.9, 99.99, 99.999] where Self.nines(percentile) <= max(end, 1) {
            canvas.line((x(percentile), panel.top), (x(percentile), panel.bottom), color: Self.colors.grid)
            canvas.text(Self.label(percentile), at: (x(percentile), panel.bottom + 20), anchor: .middle)
        }
        drawFrame(panel)
        drawTitle("percentile of the calls", ofAxisOf: panel)
        guard !curve.isEmpty else { return drawNothing(panel) }
        canvas.polyline(
            curve.map { (x($0.percentile), scale.position(microseconds: Double($0.microseconds))) },
            color: Self.colors.all)
        drawLegend([("calls that succeeded", Self.colors.all)], panel)
    }

    /// How far right a percentile stands: 90 is one, 99 is two, 99.9 is three.
    private static func nines(_ percentile: Double) -> Double { -log10(1 - percentile / 100) }

    private static func label(_ percentile: Double) -> String {
        percentile == percentile.rounded() ? "\(Int(percentile)) %" : "\(percentile) %"
    }

    // MARK: Over time

    private mutating func drawSeconds() {
        let panel = Self.below
        heading("Latency over time", panel)
        let seconds = points
        let scale = LatencyScale(
            microseconds: seconds.flatMap { [$0.latency.p50, $0.latency.p99] }, top: panel.top, bottom: panel.bottom)
        drawLatencyAxis(scale, panel)
        let span = max(report.durationSeconds, 1)
        // What happened within a second stands in its middle.
        func x(_ second: Double) -> Double {
            Self.sides.left + min(second / span, 1) * (Self.sides.right - Self.sides.left)
        }
        let step = Self.timeStep(span)
        for second in stride(from: 0, through: span, by: step) {
            canvas.line((x(second), panel.bottom), (x(second), panel.bottom + 5), color: Self.colors.axis)
            canvas.text("\(Int(second))", at: (x(second), panel.bottom + 20), anchor: .middle)
        }
        drawFrame(panel)
        let event = report.rate == nil ? "was answered" : "was due"
        drawTitle("second of the measured time in which a call \(event)", ofAxisOf: panel)
        let shown = seconds.filter { $0.calls > 0 }
        if shown.isEmpty { drawNothing(panel) }
        for (latency, color) in [(\LoadReport.Second.latency.p50, Self.colors.p50), (\.latency.p99, Self.colors.p99)] {
            let line = shown.map { second in
                (x(Double(second.second) + 0.5), scale.position(microseconds: Double(second[keyPath: latency])))
            }
            canvas.polyline(line, color: color)
            for point in line where line.count <= 60 { canvas.dot(point, radius: 3, color: color) }
        }
        for second in seconds where second.failures > 0 {
            canvas.dot((x(Double(second.second) + 0.5), panel.bottom), radius: 4, color: Self.colors.failures)
        }
        var legend = [("p50", Self.colors.p50), ("p99", Self.colors.p99)]
        if report.failureCount > 0 { legend.append(("seconds with failures", Self.colors.failures)) }
        drawLegend(legend, panel)
    }

    /// The seconds, or the worst of each few.
    private var points: [LoadReport.Second] {
        let width = (report.bySecond.count + Self.mostPoints - 1) / Self.mostPoints
        guard width > 1 else { return report.bySecond }
        return stride(from: 0, to: report.bySecond.count, by: width).map { start in
            let part = report.bySecond[start..<min(start + width, report.bySecond.count)]
            return LoadReport.Second(
                second: start, calls: part.reduce(0) { $0 + $1.calls }, failures: part.reduce(0) { $0 + $1.failures },
                latency: LoadReport.Second.Latency(
                    p50: part.map(\.latency.p50).max() ?? 0, p99: part.map(\.latency.p99).max() ?? 0))
        }
    }

    /// So that there are about ten steps, each of a round number.
    private static func timeStep(_ seconds: Double) -> Double {
        let steps: [Double] = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1_800, 3_600]
        return steps.first { seconds / $0 <= 12 } ?? 7_200
    }
}

// MARK: What both have

extension LatencyPlot {
    private mutating func heading(_ text: String, _ panel: Panel) {
        canvas.text(text, at: (Self.sides.left, panel.top - 14), size: 15, isBold: true)
    }

    private mutating func drawLatencyAxis(_ scale: LatencyScale, _ panel: Panel) {
        for tick in scale.ticks {
            canvas.line((Self.sides.left, tick.position), (Self.sides.right, tick.position), color: Self.colors.grid)
            canvas.text(tick.label, at: (Self.sides.left - 8, tick.position + 4), anchor: .end)
        }
        canvas.text(
            "latency in ms", at: (28, (panel.top + panel.bottom) / 2), anchor: .middle, color: Self.colors.axis,
            isVertical: true)
    }

    private mutating func drawFrame(_ panel: Panel) {
        canvas.line((Self.sides.left, panel.top), (Self.sides.left, panel.bottom), color: Self.colors.axis)
        canvas.line((Self.sides.left, panel.bottom), (Self.sides.right, panel.bottom), color: Self.colors.axis)
    }

    private mutating func drawTitle(_ text: String, ofAxisOf panel: Panel) {
        let middle = (Self.sides.left + Self.sides.right) / 2
        canvas.text(text, at: (middle, panel.bottom + 42), anchor: .middle, color: Self.colors.axis)
    }

    private mutating func drawNothing(_ panel: Panel) {
        let middle = ((Self.sides.left + Self.sides.right) / 2, (panel.top + panel.bottom) / 2)
        canvas.text("no call succeeded", at: middle, anchor: .middle, color: Self.colors.failures)
    }

    /// To the right of the heading.
    private mutating func drawLegend(_ entries: [(text: String, color: String)], _ panel: Panel) {
        var x = Self.sides.right
        for entry in entries.reversed() {
            canvas.text(entry.text, at: (x, panel.top - 14), anchor: .end)
            // Of this size a letter takes about seven pixels.
            x -= Double(entry.text.count) * 7 + 8
            canvas.line((x - 22, panel.top - 18), (x, panel.top - 18), color: entry.color, width: 3)
            x -= 40
        }
    }
}

extension LoadReport {
    /// The drawing, as SVG.
    package var svg: String { LatencyPlot.svg(self) }
}
