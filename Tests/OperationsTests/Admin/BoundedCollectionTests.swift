internal import Synchronization
internal import TestSupport
import Testing

@testable internal import Operations

@Suite("A bounded collection", .timeLimit(.minutes(1)))
struct BoundedCollectionTests {
    /// Work that ends when the test says so.
    private final class Gate: Sendable {
        let begun = Atomic<Int>(0)
        private let isOpen = Atomic<Bool>(false)

        func open() { isOpen.store(true, ordering: .relaxed) }

        func work() async {
            begun.add(1, ordering: .relaxed)
            // As work that is stuck: it does not care for cancellation.
            while !isOpen.load(ordering: .relaxed) { await Task { try? await Task.sleep(for: .milliseconds(2)) }.value }
        }
    }

    @Test("Work that ends in time is waited for, and done anew each time")
    func inTime() async {
        let gate = Gate()
        gate.open()
        let collection = BoundedCollection(limit: .seconds(30)) { await gate.work() }
        for count in 1...3 {
            let isComplete = await collection.run()
            #expect(isComplete)
            #expect(gate.begun.load(ordering: .relaxed) == count)
        }
    }

    @Test("Work that is stuck delays nobody beyond the limit, and does not pile up; later it is done again")
    func stuck() async throws {
        let gate = Gate()
        let collection = BoundedCollection(limit: .milliseconds(50)) { await gate.work() }
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<10 { group.addTask { await collection.run() } }
            for await isComplete in group { #expect(!isComplete) }
        }
        #expect(gate.begun.load(ordering: .relaxed) == 1)
        gate.open()
        try await waitUntil { await collection.run() && gate.begun.load(ordering: .relaxed) > 1 }
    }
}
