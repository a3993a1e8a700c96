package import LoopExecutor
internal import Logging
package import NIOCore
internal import NIOPosix
package import Postgres

/// An event loop with pools on it, as the daemon has them.
package struct TestLoop: Sendable {
    package let executor: EventLoopTaskExecutor
    package var eventLoop: any EventLoop { executor.eventLoop }

    package static func with<R>(_ body: (TestLoop) async throws -> R) async throws -> R {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        do {
            let result = try await body(TestLoop(executor: EventLoopTaskExecutor(group.next())))
            try await group.shutdownGracefully()
            return result
        } catch {
            try? await group.shutdownGracefully()
            throw error
        }
    }

    /// Runs an operation on the loop, where pools are used.
    package func run<R: Sendable>(_ operation: @escaping @Sendable () async throws -> R) async throws -> R {
        try await executor.run(operation)
    }

    /// A warm pool, closed afterwards.
    package func withPool<R>(
        _ configuration: PostgresPool.Configuration, _ body: (PostgresPool) async throws -> R
    ) async throws -> R {
        let pool = PostgresPool(
            configuration: configuration, eventLoop: eventLoop,
            logger: Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() })
        do {
            try await pool.warm()
            let result = try await body(pool)
            await pool.close()
            return result
        } catch {
            await pool.close()
            throw error
        }
    }
}
