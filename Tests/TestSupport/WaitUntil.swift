/// Asks again and again until something holds. The test's own time limit bounds it.
package func waitUntil(_ condition: () async throws -> Bool) async throws {
    while try await !condition() {
        try Task.checkCancellation()
        try await Task.sleep(for: .milliseconds(5))
    }
}
