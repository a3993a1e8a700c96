internal import AgentdCore
internal import Messages
internal import Synchronization
import Testing

@testable internal import Services

@Suite("Watching the state of health", .timeLimit(.minutes(1)))
struct HealthWatchTests {
    private final class Listeners: Sendable {
        let count = Atomic(0)
    }

    /// Follows a service, does something after each status, and gives up after the last of it. What was still to be
    /// said is heard then, too.
    private static func heard(
        _ health: HealthState, of service: String, _ after: [@Sendable () -> Void]
    ) async -> [ServingStatus] {
        await Task {
            var heard: [ServingStatus] = []
            for await status in health.statuses(of: service) {
                heard.append(status)
                if heard.count <= after.count { after[heard.count - 1]() }
                if heard.count >= after.count { withUnsafeCurrentTask { $0?.cancel() } }
            }
            return heard
        }.value
    }

    @Test("The status comes at once and then with each change, but never twice in a row")
    func changes() async {
        let health = HealthState()
        let statuses = await Self.heard(
            health, of: "",
            [
                { health.setReady(true) },
                {
                    health.setReady(true)
                    health.setReady(false)
                },
                {
                    health.setReady(false)
                    health.beginDraining()
                },
            ])
        #expect(statuses == [.notServing, .serving, .notServing])
        #expect(health.watchCount == 0)
    }

    @Test("Who is slow hears the newest alone, and nothing when it is back where it was")
    func slow() async {
        let health = HealthState()
        var statuses = health.statuses(of: "readiness").makeAsyncIterator()
        #expect(await statuses.next() == .notServing)
        for number in 1...1_000 { health.setReady(number % 2 == 1) }
        health.setReady(true)
        #expect(await statuses.next() == .serving)
        health.setReady(false)
        health.setReady(true)
        health.setReady(false)
        #expect(await statuses.next() == .notServing)
    }

    @Test("What does not change is said once", arguments: ["liveness", "never.was"])
    func constant(service: String) async {
        let health = HealthState()
        let statuses = await Self.heard(
            health, of: service,
            [
                {
                    // Nobody needs to look for it when something changes.
                    #expect(health.watchCount == 0)
                    health.setReady(true)
                    health.beginDraining()
                }
            ])
        #expect(statuses == [service == "liveness" ? .serving : .serviceUnknown])
    }

    @Test("Thousands hear of a change, and nothing is left of them afterwards")
    func many() async {
        let health = HealthState()
        let count = 5_000
        let listeners = Listeners()
        await withTaskGroup(of: [ServingStatus].self) { group in
            for _ in 0..<count {
                group.addTask {
                    var heard: [ServingStatus] = []
                    for await status in health.statuses(of: "agentd.v1.AgentService") {
                        heard.append(status)
                        if heard.count == 2 { break }
                        listeners.count.add(1, ordering: .relaxed)
                    }
                    return heard
                }
            }
            while listeners.count.load(ordering: .relaxed) < count { await Task.yield() }
            #expect(health.watchCount == count)
            health.setReady(true)
            var right = 0
            for await heard in group { right += heard == [.notServing, .serving] ? 1 : 0 }
            #expect(right == count)
        }
        #expect(health.watchCount == 0)
    }

    @Test("A watch whose task is cancelled ends, and nothing is left of it")
    func cancellation() async throws {
        let health = HealthState()
        let watch = Task { await health.statuses(of: "").reduce(into: []) { $0.append($1) } }
        while health.watchCount < 1 { await Task.yield() }
        watch.cancel()
        _ = await watch.value
        #expect(health.watchCount == 0)
    }

    @Test("The method sends what comes, and ends when nobody takes it any more")
    func method() async {
        let health = HealthState()
        var sent: [ServingStatus] = []
        do throws(ServiceError) {
            try await HealthWatch(health: health)(HealthCheckRequest(service: "")) { (answer) throws(ServiceError) in
                sent.append(answer.status)
                guard sent.count < 3 else { throw ServiceError(.cancelled, "Enough.") }
                health.setReady(sent.count == 1)
            }
            Issue.record("it went on without a client")
        } catch {
            #expect(error.reason == .cancelled)
        }
        #expect(sent == [.notServing, .serving, .notServing])
        #expect(health.watchCount == 0)
    }
}
