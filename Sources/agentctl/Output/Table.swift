/// Rows under a heading, in columns. On a terminal the columns that may be cut give way until a row fits its width;
/// elsewhere nothing is cut.
struct Table {
    struct Column {
        let title: String
        var alignsRight = false
        var mayBeCut = false
    }

    private static let gap = "  "
    /// A column that is cut keeps so much.
    private static let narrowest = 8

    private let columns: [Column]
    private var rows: [[String]] = []

    init(_ columns: [Column]) { self.columns = columns }

    /// - Parameter cells: One for each column.
    mutating func add(_ cells: [String]) { rows.append(cells.map(DisplayText.line)) }

    /// - Parameter width: Of the terminal; nil cuts nothing.
    func text(width: Int? = Terminal.outputWidth) -> String {
        let widths = fitted(width)
        let lines = [columns.map(\.title)] + rows
        return lines.map { line($0, widths) + "\n" }.joined()
    }

    private func fitted(_ width: Int?) -> [Int] {
        var widths = columns.indices.map { index in
            rows.reduce(columns[index].title.count) { max($0, DisplayText.width($1[index])) }
        }
        guard let width else { return widths }
        let available = width - Self.gap.count * (columns.count - 1)
        while widths.reduce(0, +) > available {
            let candidates = columns.indices.filter { columns[$0].mayBeCut && widths[$0] > Self.narrowest }
            guard let widest = candidates.max(by: { widths[$0] < widths[$1] }) else { break }
            widths[widest] -= 1
        }
        return widths
    }

    private func line(_ cells: [String], _ widths: [Int]) -> String {
        var line = ""
        for (index, cell) in cells.enumerated() {
            let cut = DisplayText.cut(cell, width: widths[index])
            let padding = String(repeating: " ", count: max(widths[index] - DisplayText.width(cut), 0))
            line += columns[index].alignsRight ? padding + cut : cut + padding
            line += Self.gap
        }
        return String(line.reversed().drop { $0 == " " }.reversed())
    }
}
