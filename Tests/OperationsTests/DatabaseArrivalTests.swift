internal import Logging
internal import Synchronization
internal import TestSupport
import Testing

@testable internal import Operations

@Suite("A database that comes later", .timeLimit(.minutes(1)))
struct DatabaseArrivalTests {
    /// What was found, told and logged.
    private final class Scene: Sendable {
        struct State {
            var sights: [DatabaseArrival.Sight] = []
            var looks = 0
            var told: [String] = []
            var logged: [String] = []
        }

        private let state: Mutex<State>

        /// - Parameter sights: One for each look; the last one for all that follow.
        init(_ sights: [DatabaseArrival.Sight]) { state = Mutex(State(sights: sights)) }

        var now: State { state.withLock { $0 } }

        var arrival: DatabaseArrival {
            DatabaseArrival(
                look: {
                    self.state.withLock { state in
                        state.looks += 1
                        return state.sights.count > 1 ? state.sights.removeFirst() : state.sights[0]
                    }
                }, tell: { reason in self.state.withLock { $0.told.append(reason) } },
                logger: Logger(label: "test") { _ in
                    Recorder { line in self.state.withLock { $0.logged.append(line) } }
                })
        }
    }

    private struct Recorder: LogHandler {
        let note: @Sendable (String) -> Void
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.info

        init(_ note: @escaping @Sendable (String) -> Void) { self.note = note }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            note("\(event.level) \(event.message) \(event.metadata?["reason"].map { "\($0)" } ?? "")")
        }
    }

    @Test("One that is there is not waited for, and nothing is said")
    func there() async throws {
        let scene = Scene([.there])
        let waited = try await scene.arrival.wait()
        #expect(!waited)
        #expect(scene.now.looks == 1 && scene.now.told.isEmpty && scene.now.logged.isEmpty)
    }

    @Test("One that is away is waited for; each reason is logged once, and that it has come")
    func away() async throws {
        let scene = Scene([.notYet("refused"), .notYet("refused"), .notYet("starting up"), .notYet("refused"), .there])
        let waited = try await scene.arrival.wait()
        #expect(waited)
        #expect(scene.now.told == ["refused", "refused", "starting up", "refused"])
        let waits = "warning The database cannot be reached; agentd waits for it"
        #expect(
            scene.now.logged == [
                "\(waits) refused", "\(waits) starting up", "notice The database can be reached ",
            ])
    }

    @Test("One that refuses is not waited for")
    func refused() async throws {
        let scene = Scene([.notYet("starting up"), .refused("no such role")])
        await #expect(throws: DatabaseArrival.Refusal(reason: "no such role")) { try await scene.arrival.wait() }
        #expect(scene.now.looks == 2)
    }

    @Test("Who waits can be told to stop")
    func stop() async throws {
        let scene = Scene([.notYet("refused")])
        let waiting = Task { try await scene.arrival.wait() }
        try await waitUntil { scene.now.looks > 1 }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
    }
}
