internal import Glibc
internal import Postgres
internal import Synchronization

/// Looks every ten milliseconds who holds an `ACCESS EXCLUSIVE` lock on a table, and for how long.
package final class LockSampler: Sendable {
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
        var since: [String: ContinuousClock.Instant] = [:]
        var longest: Holding?
        while !isOver.load(ordering: .relaxed) {
            let held = try connection.rows(
                """
                SELECT l.virtualtransaction || ' ' || l.relation, c.relname FROM pg_locks AS l
                    JOIN pg_class AS c ON c.oid = l.relation
                WHERE l.mode = 'AccessExclusiveLock' AND l.granted AND c.relkind = 'r' AND l.database =
                    (SELECT oid FROM pg_database WHERE datname = current_database())
                """)
            let now = clock.now
            var still: [String: ContinuousClock.Instant] = [:]
            for row in held {
                let key = row[0] ?? ""
                let start = since[key] ?? now
                still[key] = start
                let milliseconds = (now - start) / .milliseconds(1)
                if milliseconds >= longest?.milliseconds ?? 0 {
                    longest = Holding(relation: row[1] ?? "", milliseconds: milliseconds)
                }
            }
            since = still
            samples.add(1, ordering: .relaxed)
            usleep(10_000)
        }
        return longest
    }
}
