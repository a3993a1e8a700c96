internal import TestSupport

/// Runs work that blocks its thread on so many threads at once.
func inParallel<R: Sendable>(_ count: Int, _ work: @escaping @Sendable () throws -> R) async throws -> [R] {
    try await withThrowingTaskGroup(of: R.self) { group in
        for _ in 0..<count { group.addTask { try await onThread(work) } }
        return try await group.reduce(into: []) { $0.append($1) }
    }
}
