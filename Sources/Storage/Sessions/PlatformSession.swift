package import AgentdCore
internal import Postgres

/// A statement that works across tenants, under the policies of `agentd_platform`.
package protocol PlatformStatement: Sendable {
    associatedtype Answer: Sendable
    /// Runs it; only `PlatformSession` calls this.
    func run(in session: PlatformSession) async throws(ServiceError) -> Answer
}

/// The database as the platform's own few statements see it, through a pool and a role of their own.
///
/// Used on the event loop that its pool belongs to.
package struct PlatformSession {
    package let deadline: Deadline
    private let pool: PostgresPool

    init(pool: PostgresPool, deadline: Deadline) {
        self.pool = pool
        self.deadline = deadline
    }

    package func run<S: PlatformStatement>(_ statement: S) async throws(ServiceError) -> S.Answer {
        try await statement.run(in: self)
    }

    func read<S: Statement>(_ statement: S) async throws(ServiceError) -> S.Output {
        try await execute(statement, effect: .read, repeatable: true)
    }

    /// - Parameter repeatable: Whether running it again has no second effect, as with a request id.
    func write<S: Statement>(_ statement: S, repeatable: Bool) async throws(ServiceError) -> S.Output {
        try await execute(statement, effect: .write, repeatable: repeatable)
    }

    private func execute<S: Statement>(
        _ statement: S, effect: Effect, repeatable: Bool
    ) async throws(ServiceError) -> S.Output {
        try await Attempts.run(repeatable: repeatable, deadline: deadline) { () async throws(PostgresError) in
            try await pool.run(statement, effect: effect, deadlineNanoseconds: deadline.uptimeNanoseconds)
        }
    }
}
