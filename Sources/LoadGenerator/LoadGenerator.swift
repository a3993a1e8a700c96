package import AgentdClient
internal import NIOCore

/// Makes a load, on one event loop.
package enum LoadGenerator {
    /// - Parameters:
    ///   - targets: At least one; with agents when the mix takes agents.
    ///   - configuration: Where the daemon is, for the door of the plan.
    ///   - onProgress: Called every second, on the event loop.
    /// - Returns: What was measured; of a run whose task was cancelled what was measured until then.
    /// - Throws: `LoadProblem` when there is no connection to begin with, an answer is wrong, or the task was cancelled
    ///   before anything was measured.
    package static func run(
        _ plan: LoadPlan, targets: [LoadTarget], configuration: AgentdClient.Configuration,
        onProgress: (@Sendable (LoadProgress) -> Void)? = nil
    ) async throws -> LoadReport {
        let eventLoop = configuration.eventLoopGroup.next()
        let promise = eventLoop.makePromise(of: LoadResult.self)
        let run = try await eventLoop.submit {
            let run = LoadRun(
                plan: plan, targets: targets, configuration: configuration, eventLoop: eventLoop, promise: promise,
                onProgress: onProgress)
            run.start()
            // Its connections do not keep it.
            promise.futureResult.assumeIsolated().whenComplete { _ in withExtendedLifetime(run) {} }
            return NIOLoopBound(run, eventLoop: eventLoop)
        }.get()
        return try await withTaskCancellationHandler {
            LoadReport(try await promise.futureResult.get())
        } onCancel: {
            eventLoop.execute { run.value.interrupt() }
        }
    }
}
