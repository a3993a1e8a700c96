internal import Synchronization

/// Numbers from 1 on, each once.
final class Counter: Sendable {
    private let last = Atomic<UInt64>(0)

    /// The last of them; 0 before the first.
    var value: UInt64 { last.load(ordering: .relaxed) }

    func next() -> UInt64 { last.add(1, ordering: .relaxed).newValue }
}
