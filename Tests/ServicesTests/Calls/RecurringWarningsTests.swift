internal import Services
internal import Synchronization
import Testing

@Suite("Recurring warnings", .timeLimit(.minutes(1)))
struct RecurringWarningsTests {
    /// Pauses last until the test ends them.
    private struct Pauses: Sendable {
        private let began = AsyncStream.makeStream(of: Void.self)
        private let ended = AsyncStream.makeStream(of: Void.self)

        func pause() async {
            began.continuation.yield()
            for await _ in ended.stream { return }
        }

        /// Waits until one has begun, ends it, and waits for what follows: another one.
        func end() async {
            ended.continuation.yield()
            await begin()
        }

        func begin() async { for await _ in began.stream { return } }

        /// Ends one that no other follows.
        func endLast() { ended.continuation.yield() }
    }

    private final class Told: Sendable {
        private let lines = Mutex<[String]>([])

        func append(_ line: String) { lines.withLock { $0.append(line) } }

        /// Since the last time.
        func take() -> [String] {
            lines.withLock { lines in
                defer { lines = [] }
                return lines
            }
        }
    }

    @Test("The first is told at once, those that follow when a while has passed, and none twice")
    func burst() async {
        let told = Told()
        let pauses = Pauses()
        let warnings = RecurringWarnings<String, Int>(pause: { await pauses.pause() }) { kind, count, example in
            told.append("\(kind) \(count) \(example)")
        }
        for number in 1...5 { warnings.happened("flood", number) }
        #expect(told.take() == ["flood 1 1"])
        await pauses.begin()
        #expect(told.take() == [])
        await pauses.end()
        #expect(told.take() == ["flood 4 5"])
        warnings.happened("flood", 6)
        #expect(told.take() == [])
        await pauses.end()
        #expect(told.take() == ["flood 1 6"])
        // Nothing happens for a while: then the next time is a first one, and told at once.
        for number in 7... {
            pauses.endLast()
            for _ in 0..<100 { await Task.yield() }
            warnings.happened("flood", number)
            if told.take() == ["flood 1 \(number)"] { break }
            // The pause was not over yet: it followed.
            await pauses.begin()
            #expect(told.take() == ["flood 1 \(number)"])
        }
    }

    @Test("Of each kind the first is told")
    func kinds() {
        let told = Told()
        let warnings = RecurringWarnings<String, Void>(quiet: .seconds(600)) { kind, count, _ in
            told.append("\(kind) \(count)")
        }
        for kind in ["a", "b", "a", "c", "b"] { warnings.happened(kind, ()) }
        #expect(told.take() == ["a 1", "b 1", "c 1"])
    }

    @Test("At the end the rest is told, once")
    func rest() {
        let told = Told()
        let warnings = RecurringWarnings<String, Int>(quiet: .seconds(600)) { kind, count, example in
            told.append("\(kind) \(count) \(example)")
        }
        for number in 1...4 { warnings.happened("flood", number) }
        warnings.happened("drip", 1)
        #expect(told.take() == ["flood 1 1", "drip 1 1"])
        warnings.tellRest()
        #expect(told.take() == ["flood 3 4"])
        warnings.tellRest()
        #expect(told.take() == [])
        warnings.happened("flood", 5)
        warnings.tellRest()
        #expect(told.take() == ["flood 1 5"])
    }
}
