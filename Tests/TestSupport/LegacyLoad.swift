internal import Glibc
internal import Postgres
internal import Synchronization

/// An application at work on its tables: several connections that stay open, each one statement after the other.
package final class LegacyLoad: Sendable {
    package struct Result: Sendable {
        /// In microseconds, of all statements.
        package var latencies: [Int] = []
        package var failures: [String] = []
        package var added = 0
        package var removed = 0

        /// Nil when nothing was measured.
        package func percentile(_ share: Double) -> Int? {
            let sorted = latencies.sorted()
            return sorted.isEmpty ? nil : sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]
        }
    }

    private let result = Mutex(Result())
    private let isOver = Atomic(false)

    /// Statements so far.
    package var count: Int { result.withLock(\.latencies.count) }

    /// Runs while `body` does.
    /// - Parameter rate: Statements a second of all connections together.
    package static func during<R: Sendable>(
        _ application: LegacyApplication, connections: Int = 4, rate: Int = 200,
        _ body: (LegacyLoad) async throws -> R
    ) async throws -> (R, Result) {
        let load = LegacyLoad()
        return try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<connections {
                group.addTask {
                    try await onThread {
                        try load.work(application, number: number, pause: Double(connections) / Double(rate))
                    }
                }
            }
            defer { load.isOver.store(true, ordering: .relaxed) }
            let value = try await body(load)
            load.isOver.store(true, ordering: .relaxed)
            try await group.waitForAll()
            return (value, load.result.withLock { $0 })
        }
    }

    private func work(_ application: LegacyApplication, number: Int, pause: Double) throws {
        let connection = try ScriptConnection(conninfo: application.conninfo, applicationName: "application")
        let clock = ContinuousClock()
        var next = clock.now
        var turn = number
        while !isOver.load(ordering: .relaxed) {
            turn += 1
            let start = clock.now
            do {
                let (added, removed) = try statement(connection, turn)
                let microseconds = Int((clock.now - start) / .microseconds(1))
                result.withLock { result in
                    result.latencies.append(microseconds)
                    result.added += added
                    result.removed += removed
                }
            } catch {
                result.withLock { $0.failures.append(error.description) }
            }
            next = max(next + .seconds(pause), clock.now - .seconds(1))
            Self.sleep(next - clock.now)
        }
    }

    /// Of ten, one adds an agent, one deletes one (none whose id is a multiple of seven), and two update.
    private func statement(
        _ connection: borrowing ScriptConnection, _ turn: Int
    ) throws(ScriptConnection.Failure) -> (added: Int, removed: Int) {
        let id = "(SELECT 1 + (random() * (SELECT max(id) - 1 FROM agents))::integer)"
        switch turn % 10 {
        case 0:
            _ = try connection.rows(
                """
                INSERT INTO agents (owner_id, name, agent_type, status, system_prompt, config)
                SELECT min(id), 'added', 'sales_bot', 'Active', 'p', '{"a": 1}' FROM users RETURNING id
                """)
            return (1, 0)
        case 1:
            _ = try connection.rows(
                "UPDATE agents SET name = name || '+', status = 'PAUSED', updated_at = now() WHERE id = \(id)")
        case 2:
            let removed = try connection.rows("DELETE FROM agents WHERE id = \(id) AND id % 7 <> 0 RETURNING id")
            return (0, removed.count)
        case 3: _ = try connection.rows("SELECT count(*) FROM agents WHERE owner_id = (SELECT max(id) FROM users)")
        case 4: _ = try connection.rows("UPDATE users SET full_name = 'U' || id WHERE id = (SELECT max(id) FROM users)")
        default: _ = try connection.rows("SELECT * FROM agents WHERE id = \(id)")
        }
        return (0, 0)
    }

    private static func sleep(_ duration: Duration) {
        let nanoseconds = duration / .nanoseconds(1)
        guard nanoseconds > 0 else { return }
        usleep(UInt32(nanoseconds / 1_000))
    }
}
