internal import Synchronization

/// Work that others wait for, but no longer than a limit: when it takes longer they go on without it. There is never
/// more than one under way, however many wait for it, so that work that is stuck does not pile up.
final class BoundedCollection: Sendable {
    private struct State {
        var isUnderWay = false
        var waiting: [Int: AsyncStream<Void>.Continuation] = [:]
        var nextNumber = 0
    }

    private let limit: Duration
    private let executor: (any TaskExecutor)?
    private let work: @Sendable () async -> Void
    private let state = Mutex(State())

    /// - Parameter executor: Runs the work; nil for the one that all tasks share.
    init(limit: Duration, executor: (any TaskExecutor)? = nil, work: @escaping @Sendable () async -> Void) {
        self.limit = limit
        self.executor = executor
        self.work = work
    }

    /// Begins the work unless it is under way, and waits for its end.
    /// - Returns: Whether it ended within the limit.
    func run() async -> Bool {
        let (ends, continuation) = AsyncStream.makeStream(of: Void.self)
        let (number, begins) = state.withLock { state in
            defer {
                state.nextNumber += 1
                state.isUnderWay = true
            }
            state.waiting[state.nextNumber] = continuation
            return (state.nextNumber, !state.isUnderWay)
        }
        // Not a child of this task, which must not wait for it longer than the limit.
        if begins { Task(executorPreference: executor) { [self] in await workOnce() } }
        defer { state.withLock { _ = $0.waiting.removeValue(forKey: number) } }
        return await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                for await _ in ends { return true }
                return false
            }
            group.addTask { [limit] in
                try? await Task.sleep(for: limit)
                return false
            }
            defer { group.cancelAll() }
            return await group.next() ?? false
        }
    }

    private func workOnce() async {
        await work()
        let waiting = state.withLock { state in
            state.isUnderWay = false
            return state.waiting.values.map(\.self)
        }
        for continuation in waiting { continuation.yield() }
    }
}
