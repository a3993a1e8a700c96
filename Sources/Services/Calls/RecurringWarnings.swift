internal import AgentdCore
package import Logging
internal import Synchronization

/// Warns of what may happen a thousand times a second: of each kind at once when it happens first, and then, once in a
/// while, of how often it has happened since, and to whom most often. An attack is to be seen, and not to fill the log;
/// and as long as this lives no burst ends untold of, nor when it is told of the end.
package final class RecurringWarnings<Kind: Hashable & Sendable, Subject: Hashable & Sendable>: Sendable {
    /// How often something has happened since the last warning.
    package struct Burst: Sendable {
        /// Subjects that are told apart. Whoever has more than one in so many of those that are counted is among them.
        private static var maximumSubjects: Int { 1_000 }
        /// As many are counted each for its subject. Of the rest one of `sample` is, by chance, as so many: to find a
        /// subject costs more than all else here.
        private static var countedSingly: Int { 10_000 }
        private static var sample: Int { 16 }

        package private(set) var count = 0
        /// About so often, in the way of Misra and Gries: where there are too many, as many of each are forgotten.
        private var counts: [Subject: Int] = [:]
        private var random = FastRandomNumberGenerator()

        /// Whom it happened to most often, and about how often; nil when of nobody it is known.
        package var top: (subject: Subject, count: Int)? {
            counts.max { $0.value < $1.value }.map { ($0.key, min($0.value, count)) }
        }

        /// For the log.
        /// - Parameter subject: What the subjects are.
        package func metadata(reason: String, subject: String) -> Logger.Metadata {
            var metadata: Logger.Metadata = ["reason": .string(reason), "count": .stringConvertible(count)]
            if let top {
                metadata["top_\(subject)"] = .string("\(top.subject)")
                metadata["top_\(subject)_count"] = .stringConvertible(top.count)
            }
            return metadata
        }

        fileprivate mutating func add(_ subject: Subject?) {
            count += 1
            guard let subject else { return }
            let isSingle = count <= Self.countedSingly
            guard isSingle || random.next() % UInt64(Self.sample) == 0 else { return }
            let times = isSingle ? 1 : Self.sample
            if let known = counts.index(forKey: subject) {
                counts.values[known] += times
            } else if counts.count < Self.maximumSubjects {
                counts[subject] = times
            } else {
                let forgotten = counts.values.reduce(times, min)
                counts = counts.compactMapValues { $0 > forgotten ? $0 - forgotten : nil }
                if times > forgotten { counts[subject] = times - forgotten }
            }
        }
    }

    /// Of the kinds that were warned of lately: of each there will be another look.
    private let recent = Mutex<[Kind: Burst]>([:])
    private let pause: @Sendable () async -> Void
    private let warn: @Sendable (Kind, Burst) -> Void

    /// - Parameters:
    ///   - pause: Lasts as long as there is no other warning of one kind.
    ///   - warn: Is told what has happened since the last time.
    package init(pause: @escaping @Sendable () async -> Void, _ warn: @escaping @Sendable (Kind, Burst) -> Void) {
        self.pause = pause
        self.warn = warn
    }

    /// - Parameter quiet: Between two warnings of one kind.
    package convenience init(quiet: Duration = .seconds(60), _ warn: @escaping @Sendable (Kind, Burst) -> Void) {
        self.init(pause: { try? await Task.sleep(for: quiet) }, warn)
    }

    /// It happened. From any thread.
    /// - Parameter subject: Whom it happened to, if that is known.
    package func happened(_ kind: Kind, to subject: Subject?) {
        let isFirst = recent.withLock { recent in
            guard let known = recent.index(forKey: kind) else {
                recent[kind] = Burst()
                return true
            }
            recent.values[known].add(subject)
            return false
        }
        guard isFirst else { return }
        var first = Burst()
        first.add(subject)
        warn(kind, first)
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
        let burst = recent.withLock { recent in
            let burst = recent[kind]
            recent[kind] = (burst?.count ?? 0) > 0 ? Burst() : nil
            return burst
        }
        guard let burst, burst.count > 0 else { return false }
        warn(kind, burst)
        return true
    }
}
