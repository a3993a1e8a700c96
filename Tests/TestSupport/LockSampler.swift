internal import Glibc
internal import Postgres
internal import Synchronization

/// Looks every ten milliseconds who holds an `ACCESS EXCLUSIVE` lock on a table, and for how long.
///
/// Of the time between two looks no more than twice that counts: a machine with so much to do that it lets this wait
/// lets whoever holds the lock wait as well.
package final class LockSampler: Sendable {
    private static let pauseMilliseconds = 10.0

    package struct Holding: Sendable {
        package let relation: String
        package let milliseconds: Double
    }

    private let isOver = Atomic(false)
    private let samples = Atomic(0)

    /// Runs while `body` does.
    /// - Returns: The longest time that a table had such a lock of one transaction, and how often it looked.
    package static func during<R: Sendable>(
        _ database: TestDatabase, _ body: () async throws -> R
    ) async throws -> (R, longest: Holding?, samples: Int) {
        let sampler = LockSampler()
        async let longest = onThread { try sampler.sample(database) }
        do {
            let value = try await body()
            sampler.isOver.store(true, ordering: .relaxed)
            return (value, try await longest, sampler.samples.load(ordering: .relaxed))
        } catch {
            sampler.isOver.store(true, ordering: .relaxed)
            _ = try? await longest
            throw error
        }
    }

    private func sample(_ database: TestDatabase) throws -> Holding? {
        let connection = try ScriptConnection(conninfo: database.owner, applicationName: "sampler")
        let clock = ContinuousClock()
        var last = clock.now
        var held: [String: Double] = [:]
        var longest: Holding?
        while !isOver.load(ordering: .relaxed) {
            let rows = try connection.rows(
                """
                SELECT l.virtualtransaction || ' ' || l.relation, c.relname FROM pg_locks AS l
                    JOIN pg_class AS c ON c.oid = l.relation
                WHERE l.mode = 'AccessExclusiveLock' AND l.granted AND c.relkind = 'r' AND l.database =
                    (SELECT oid FROM pg_database WHERE datname = current_database())
                """)
            let now = clock.now
            let passed = min((now - last) / .milliseconds(1), 2 * Self.pauseMilliseconds)
            last = now
            var still: [String: Double] = [:]
            for row in rows {
                let key = row[0] ?? ""
                let milliseconds = held[key].map { $0 + passed } ?? 0
                still[key] = milliseconds
                if milliseconds >= longest?.milliseconds ?? 0 {
                    longest = Holding(relation: row[1] ?? "", milliseconds: milliseconds)
                }
            }
            held = still
            samples.add(1, ordering: .relaxed)
            usleep(UInt32(Self.pauseMilliseconds * 1_000))
        }
        return longest
    }
}
