internal import Storage
internal import Glibc

/// The progress of a conversion, for people: one line that changes on a terminal, and a line now and then elsewhere.
struct ConvertProgressView {
    private let isTerminal = isatty(STDOUT_FILENO) == 1

    func show(_ progress: ConversionProgress) {
        switch progress {
        case .began(let number, let count, let title): Output.line("step \(number) of \(count): \(title)")
        case .doneBefore(let number, let count, let title):
            Output.line("step \(number) of \(count): done before: \(title)")
        case .rows(let rows, let total, let rate, let secondsLeft, let note):
            let share = total > 0 ? rows * 100 / total : 100
            let left = secondsLeft.map { ", \(Self.text(seconds: $0)) left" } ?? ""
            let line =
                "  \(rows) of \(total) rows (\(share) %), \(rate) a second\(left)\(note.isEmpty ? "" : "; \(note)")"
            guard isTerminal else { return Output.line(line) }
            Output.text("\r\u{1B}[K\(line)\(rows >= total ? "\n" : "")")
        case .waiting(let what): Output.line("  waiting for a lock.\(what)")
        }
    }

    private static func text(seconds: Int) -> String {
        seconds < 60 ? "\(seconds) s" : "\(seconds / 60) min \(seconds % 60) s"
    }
}
