package import NIOCore

/// Runs the tasks that prefer it on one event loop, so that a call never leaves the thread that its connection and its
/// database live on.
package final class EventLoopTaskExecutor: TaskExecutor {
    package let eventLoop: any EventLoop

    package init(_ eventLoop: any EventLoop) { self.eventLoop = eventLoop }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        eventLoop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }

    /// Runs an operation on the loop and waits for it, from wherever this is called.
    package func run<Value: Sendable>(_ operation: @Sendable @escaping () async throws -> Value) async throws -> Value {
        try await withTaskExecutorPreference(self) { try await operation() }
    }
}
