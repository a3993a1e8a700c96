internal import AgentdCore

/// Lets calls that want to know the same thing at the same time ask once: the first asks, the others wait for its
/// answer.
///
/// Unchecked: it is touched on one event loop alone.
final class SingleFlight<Key: Hashable & Sendable, Value: Sendable>: @unchecked Sendable {
    private typealias Waiting = CheckedContinuation<Result<Value, ServiceError>, Never>

    private var flights: [Key: [Waiting]] = [:]

    func value(
        for key: Key, find: () async throws(ServiceError) -> Value
    ) async throws(ServiceError) -> Value {
        while flights[key] != nil {
            let result = await withCheckedContinuation { (waiting: Waiting) in flights[key, default: []].append(waiting)
            }
            // The call that asked ran out of its own time: that answers nothing, so one that waited asks again.
            if case .failure(let error) = result, [.deadlineExceeded, .cancelled].contains(error.reason) { continue }
            return try result.get()
        }
        flights[key] = []
        let result: Result<Value, ServiceError>
        do {
            result = .success(try await find())
        } catch {
            result = .failure(error)
        }
        for waiting in flights.removeValue(forKey: key) ?? [] { waiting.resume(returning: result) }
        return try result.get()
    }
}
