internal import Synchronization

/// Warns of what may happen a thousand times a second: of each kind at once when it happens first, and then, once in a
/// while, of how often it has happened since. An attack is to be seen, and not to fill the log; and as long as this
/// lives no burst ends untold of, nor when it is told of the end.
package final class RecurringWarnings<Kind: Hashable & Sendable, Example: Sendable>: Sendable {
    /// What happened since the last warning.
    private struct Since {
        var count = 0
        var latest: Example?
    }

    /// Of the kinds that were warned of lately: of each there will be another look.
    private let recent = Mutex<[Kind: Since]>([:])
    private let pause: @Sendable () async -> Void
    private let warn: @Sendable (Kind, _ count: Int, Example) -> Void

    /// - Parameters:
    ///   - pause: Lasts as long as there is no other warning of one kind.
    ///   - warn: Is told how often something has happened, and of the last time that it did.
    package init(
        pause: @escaping @Sendable () async -> Void,
        _ warn: @escaping @Sendable (Kind, _ count: Int, Example) -> Void
    ) {
        self.pause = pause
        self.warn = warn
    }

    /// - Parameter quiet: Between two warnings of one kind.
    package convenience init(
        quiet: Duration = .seconds(60), _ warn: @escaping @Sendable (Kind, _ count: Int, Example) -> Void
    ) {
        self.init(pause: { try? await Task.sleep(for: quiet) }, warn)
    }

    /// It happened. From any thread.
    package func happened(_ kind: Kind, _ example: Example) {
        let isFirst = recent.withLock { recent in
            guard let since = recent[kind] else {
                recent[kind] = Since()
                return true
            }
            recent[kind] = Since(count: since.count + 1, latest: example)
            return false
        }
        guard isFirst else { return }
        warn(kind, 1, example)
        Task { [weak self, pause] in
            repeat { await pause() } while self?.tell(kind) ?? false
        }
    }

    /// Tells at once of what it has not told of yet, when nobody will be there for the next look.
    package func tellRest() {
        for kind in recent.withLock({ Array($0.keys) }) { _ = tell(kind) }
    }

    /// Without anything to tell of, the next time is warned of at once.
    /// - Returns: Whether it goes on.
    private func tell(_ kind: Kind) -> Bool {
        let since = recent.withLock { recent in
            let since = recent[kind]
            recent[kind] = since?.latest == nil ? nil : Since()
            return since
        }
        guard let since, let latest = since.latest else { return false }
        warn(kind, since.count, latest)
        return true
    }
}
