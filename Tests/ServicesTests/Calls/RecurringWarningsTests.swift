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

        /// As "kind count", and whom it happened to most often as "subject*count".
        func append(_ kind: String, _ burst: RecurringWarnings<String, Int>.Burst) {
            let top = burst.top.map { " \($0.subject)*\($0.count)" } ?? ""
            lines.withLock { $0.append("\(kind) \(burst.count)\(top)") }
        }

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
        let warnings = RecurringWarnings<String, Int>(pause: { await pauses.pause() }) { told.append($0, $1) }
        for subject in [1, 3, 2, 3, 4] { warnings.happened("flood", to: subject) }
        #expect(told.take() == ["flood 1 1*1"])
        await pauses.begin()
        #expect(told.take() == [])
        await pauses.end()
        #expect(told.take() == ["flood 4 3*2"])
        warnings.happened("flood", to: 6)
        #expect(told.take() == [])
        await pauses.end()
        #expect(told.take() == ["flood 1 6*1"])
        // Nothing happens for a while: then the next time is a first one, and told at once.
        for number in 7... {
            pauses.endLast()
            for _ in 0..<100 { await Task.yield() }
            warnings.happened("flood", to: number)
            if told.take() == ["flood 1 \(number)*1"] { break }
            // The pause was not over yet: it followed.
            await pauses.begin()
            #expect(told.take() == ["flood 1 \(number)*1"])
        }
    }

    @Test("Of each kind the first is told")
    func kinds() {
        let told = Told()
        let warnings = RecurringWarnings<String, Int>(quiet: .seconds(600)) { told.append($0, $1) }
        for kind in ["a", "b", "a", "c", "b"] { warnings.happened(kind, to: nil) }
        #expect(told.take() == ["a 1", "b 1", "c 1"])
    }

    @Test("At the end the rest is told, once")
    func rest() {
        let told = Told()
        let warnings = RecurringWarnings<String, Int>(quiet: .seconds(600)) { told.append($0, $1) }
        for _ in 1...4 { warnings.happened("flood", to: 7) }
        warnings.happened("drip", to: 1)
        #expect(told.take() == ["flood 1 7*1", "drip 1 1*1"])
        warnings.tellRest()
        #expect(told.take() == ["flood 3 7*3"])
        warnings.tellRest()
        #expect(told.take() == [])
        warnings.happened("flood", to: 5)
        warnings.tellRest()
        #expect(told.take() == ["flood 1 5*1"])
    }

    @Test("Among very many whom it happens to once the one that has most of it is found, whenever it comes")
    func many() {
        let told = Told()
        let warnings = RecurringWarnings<String, Int>(quiet: .seconds(600)) { told.append($0, $1) }
        warnings.happened("flood", to: 0)
        for subject in 1...2_500 { warnings.happened("flood", to: subject) }
        for subject in 2_501...3_000 {
            warnings.happened("flood", to: subject)
            warnings.happened("flood", to: -1)
        }
        warnings.tellRest()
        #expect(told.take() == ["flood 1 0*1", "flood 3500 -1*500"])
    }

    @Test("Of very many, all are counted, and about as many as there are for whom it happens to most often")
    func flood() throws {
        let bursts = Mutex<[RecurringWarnings<String, Int>.Burst]>([])
        let warnings = RecurringWarnings<String, Int>(quiet: .seconds(600)) { _, burst in
            bursts.withLock { $0.append(burst) }
        }
        warnings.happened("flood", to: 0)
        for number in 1...400_000 { warnings.happened("flood", to: number % 16 == 0 ? number : number % 8) }
        warnings.tellRest()
        let last = bursts.withLock { $0.last }
        let burst = try #require(last)
        #expect(burst.count == 400_000)
        let top = try #require(burst.top)
        #expect((1...7).contains(top.subject))
        // Each of the seven has 50,000 of them; by chance it is two per cent more or less.
        #expect((43_000...57_000).contains(top.count))
    }

    @Test("Where it happens to one alone, it has not happened to that one more often than at all", arguments: 0..<20)
    func one(attempt: Int) {
        let told = Told()
        let warnings = RecurringWarnings<String, Int>(quiet: .seconds(600)) { told.append($0, $1) }
        for _ in 0...10_016 { warnings.happened("flood", to: 7) }
        warnings.tellRest()
        let counts = told.take().last?.split(separator: " ").last?.split(separator: "*").compactMap { Int($0) } ?? []
        #expect(counts.first == 7)
        #expect((10_000...10_016).contains(counts.last ?? 0))
    }

    @Test("What happens after the rest was told is told at once, also when a look at it was still to come")
    func afterTheRest() async {
        let told = Told()
        let pauses = Pauses()
        let warnings = RecurringWarnings<String, Int>(pause: { await pauses.pause() }) { told.append($0, $1) }
        warnings.happened("flood", to: 1)
        await pauses.begin()
        warnings.tellRest()
        pauses.endLast()
        for _ in 0..<1_000 { await Task.yield() }
        _ = told.take()
        warnings.happened("flood", to: 2)
        #expect(told.take() == ["flood 1 2*1"])
    }
}
