package import Messages

/// Arenas that wait for the next call. Confined to one event loop.
package final class ArenaPool {
    /// More than these are given back to the system: they were a peak.
    private static let keptArenas = 512

    private let capacity: Int
    private var arenas: [Arena] = []

    /// - Parameter capacity: Bytes that decoding may take in one arena.
    init(capacity: Int) { self.capacity = capacity }

    package func take() -> Arena { arenas.popLast() ?? Arena(capacity: capacity) }

    package func giveBack(_ arena: Arena) {
        guard arenas.count < Self.keptArenas else { return }
        arena.reset()
        arenas.append(arena)
    }
}
