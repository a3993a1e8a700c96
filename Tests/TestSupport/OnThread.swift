internal import Foundation

/// Runs work that blocks on a thread of its own, so that it keeps none of the few that tasks share.
package func onThread<R: Sendable>(_ work: @escaping @Sendable () throws -> R) async throws -> R {
    try await withCheckedThrowingContinuation { continuation in
        Thread { continuation.resume(with: Result { try work() }) }.start()
    }
}
