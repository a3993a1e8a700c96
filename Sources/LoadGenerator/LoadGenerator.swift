package import AgentdClient
internal import NIOCore

/// Makes a load, on one event loop.
package enum LoadGenerator {
    /// - Parameters:
    ///   - targets: At least one; with agents when the mix takes agents.
    ///   - configuration: Where the daemon is, for the door of the plan.
    ///   - onProgress: Called every second, on the event loop.
    /// - Throws: `LoadProblem` when there is no connection to begin with, or an answer is wrong.
    package static func run(
        _ plan: LoadPlan, targets: [LoadTarget], configuration: AgentdClient.Configuration,
        onProgress: (@Sendable (LoadProgress) -> Void)? = nil
    ) async throws -> LoadReport {
        let eventLoop = configuration.eventLoopGroup.next()
        let promise = eventLoop.makePromise(of: LoadResult.self)
        eventLoop.execute {
            let run = LoadRun(
                plan: plan, targets: targets, configuration: configuration, eventLoop: eventLoop, promise: promise,
                onProgress: onProgress)
            run.start()
            // Its connections do not keep it.
            promise.futureResult.assumeIsolated().whenComplete { _ in withExtendedLifetime(run) {} }
        }
        return LoadReport(try await promise.futureResult.get())
    }
}
