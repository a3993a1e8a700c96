internal import LoadGenerator

/// How far a run is, on standard error: a line that is redrawn on a terminal, a line now and then elsewhere.
enum Progress {
    /// Elsewhere than on a terminal, one in so many seconds.
    private static let secondsOfALine = 5

    static func note(_ found: TargetSearch.Found, isShown: Bool) {
        if let first = found.keysLeftOut.first {
            let others = found.keysLeftOut.count > 1 ? " and \(found.keysLeftOut.count - 1) more are" : " is"
            StandardError.write("warning: \(first)\(others) left out: no agents to read\n")
        }
        if let same = found.sameTenants.first {
            let others = found.sameTenants.count > 1 ? "; and \(found.sameTenants.count - 1) more likewise" : ""
            StandardError.write(
                "warning: \(same.key) is of the same tenant as \(same.first) and counts as another one\(others)\n")
        }
        guard isShown else { return }
        if found.agentsMade > 0 {
            StandardError.write("\(found.agentsMade) agents were created for keys that had none\n")
        }
    }

    /// Nil when nothing is to be shown.
    static func style(isShown: Bool) -> (@Sendable (LoadProgress) -> Void)? {
        guard isShown else { return nil }
        // Back to the start of the line, and away with what stands behind it.
        if StandardError.isTerminal { return { StandardError.write("\r\(text($0))\u{1B}[K") } }
        return { progress in
            if progress.isOver || Int(progress.secondsDone.rounded()) % secondsOfALine == 0 {
                StandardError.write(text(progress) + "\n")
            }
        }
    }

    /// Takes the line away that was redrawn.
    static func finish(isShown: Bool) {
        if isShown, StandardError.isTerminal { StandardError.write("\r\u{1B}[K") }
    }

    private static func text(_ progress: LoadProgress) -> String {
        let warmUp = progress.isWarmUp ? " (warm-up)" : ""
        let waiting = progress.callsWaiting > 0 ? ", \(progress.callsWaiting) waiting" : ""
        let done = Int(progress.secondsDone.rounded())
        let all = Int(progress.secondsInAll.rounded())
        if progress.isOver {
            return "\(done) of \(all) s: over, but for the answers to \(progress.callsInFlight) calls\(waiting)"
        }
        return "\(done) of \(all) s\(warmUp): \(perSecond(progress.callsPerSecond)) calls/s, "
            + "\(perSecond(progress.failuresPerSecond)) failures/s, \(progress.callsInFlight) in flight\(waiting)"
    }

    /// Of few, tenths tell.
    private static func perSecond(_ number: Double) -> String {
        let tenths = (number * 10).rounded() / 10
        return tenths < 10 && tenths != tenths.rounded() ? "\(tenths)" : "\(Int(number.rounded()))"
    }
}
