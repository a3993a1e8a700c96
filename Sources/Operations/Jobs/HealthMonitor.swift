internal import AgentdCore
package import Logging
internal import ServiceLifecycle

/// Asks the database each second whether it answers, and says when that changes. The last it says is that agentd is not
/// ready, when the shutdown begins.
package struct HealthMonitor: Service {
    private static let interval = Duration.seconds(1)

    private let check: @Sendable () async throws -> Void
    private let setReady: @Sendable (Bool) -> Void
    private let logger: Logger

    /// - Parameters:
    ///   - check: One cheap question to the database, which ends by itself within a second or so.
    ///   - setReady: Hears each change. At first it is taken to be ready.
    package init(
        check: @escaping @Sendable () async throws -> Void, setReady: @escaping @Sendable (Bool) -> Void, logger: Logger
    ) {
        self.check = check
        self.setReady = setReady
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await watch()
        }
        setReady(false)
    }

    private func watch() async {
        var readiness = Readiness(isReady: true)
        while !Task.isCancelled {
            do {
                try await Task.sleep(for: Self.interval)
                try await check()
                guard readiness.checked(succeeded: true) != nil else { continue }
                logger.notice("The database answers again")
                setReady(true)
            } catch is CancellationError {
                return
            } catch {
                guard !Task.isCancelled, readiness.checked(succeeded: false) != nil else { continue }
                logger.error("The database does not answer", metadata: ["reason": "\(reason(error))"])
                setReady(false)
            }
        }
    }

    private func reason(_ error: any Error) -> String { (error as? ServiceError)?.forLog ?? "\(error)" }
}
