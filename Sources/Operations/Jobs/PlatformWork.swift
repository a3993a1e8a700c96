internal import AgentdCore
package import LoopExecutor
package import Storage

/// The database as jobs use it: in the platform's name, and each statement for seconds at most.
package struct PlatformWork: Sendable {
    private static let deadlineNanoseconds: UInt64 = 5_000_000_000

    private let database: Database
    private let executor: EventLoopTaskExecutor
    private let uptimeNanoseconds: @Sendable () -> UInt64

    /// - Parameter executor: Of the event loop that the database belongs to.
    package init(
        database: Database, executor: EventLoopTaskExecutor, uptimeNanoseconds: @escaping @Sendable () -> UInt64
    ) {
        self.database = database
        self.executor = executor
        self.uptimeNanoseconds = uptimeNanoseconds
    }

    package func run<S: PlatformStatement>(_ statement: S) async throws -> S.Answer {
        let deadline = Deadline(uptimeNanoseconds: uptimeNanoseconds() + Self.deadlineNanoseconds)
        return try await executor.run { try await database.platformSession(deadline: deadline).run(statement) }
    }
}
