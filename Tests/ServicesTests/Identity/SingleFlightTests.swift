internal import AgentdCore
internal import Testing

@testable internal import Services

@Suite("Calls that ask for the same thing at the same time")
struct SingleFlightTests {
    /// Unchecked: everything here runs on one serial executor.
    private final class Scene: @unchecked Sendable {
        let flight = SingleFlight<String, Int>()
        private let callers: Int
        private var arrived = 0
        private(set) var asked = 0

        init(callers: Int) { self.callers = callers }

        /// Asks, and gets no answer before every caller has come. `answer` takes how often was asked.
        func ask(
            _ key: String, _ answer: (Int) throws(ServiceError) -> Int
        ) async throws(ServiceError) -> Int {
            arrived += 1
            return try await flight.value(for: key) { () throws(ServiceError) in
                asked += 1
                let question = asked
                repeat { await Task.yield() } while arrived < callers
                return try answer(question)
            }
        }
    }

    private static func results(
        callers: Int, key: @escaping @Sendable (Int) -> String = { _ in "key" },
        answer: @escaping @Sendable (Int) throws(ServiceError) -> Int
    ) async -> (results: [Result<Int, ServiceError>], asked: Int) {
        let executor = SerialExecutor()
        let scene = Scene(callers: callers)
        let results = await withTaskGroup(of: Result<Int, ServiceError>.self) { group in
            for caller in 0..<callers {
                group.addTask(executorPreference: executor) {
                    do throws(ServiceError) {
                        return .success(try await scene.ask(key(caller), answer))
                    } catch {
                        return .failure(error)
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        return (results, scene.asked)
    }

    @Test("Fifty calls ask once and all get the answer", .timeLimit(.minutes(1)))
    func once() async {
        let (results, asked) = await Self.results(callers: 50) { _ in 42 }
        #expect(asked == 1)
        #expect(results.allSatisfy { $0 == .success(42) })
    }

    @Test("Different questions do not wait for each other", .timeLimit(.minutes(1)))
    func different() async {
        let (results, asked) = await Self.results(callers: 50, key: { "key \($0)" }) { _ in 42 }
        #expect(asked == 50)
        #expect(results.count == 50)
    }

    @Test("A refusal goes to all of them", .timeLimit(.minutes(1)))
    func refusal() async {
        let (results, asked) = await Self.results(callers: 50) { _ throws(ServiceError) in throw .tokenRevoked }
        #expect(asked == 1)
        #expect(results.allSatisfy { $0 == .failure(.tokenRevoked) })
    }

    @Test("When the asking call runs out of its own time, another one asks", .timeLimit(.minutes(1)))
    func deadline() async {
        let late = ServiceError(.deadlineExceeded, "Too late.")
        let (results, asked) = await Self.results(callers: 50) { question throws(ServiceError) in
            if question <= 2 { throw late }
            return question
        }
        #expect(asked == 3)
        #expect(results.count { $0 == .failure(late) } == 2)
        #expect(results.count { $0 == .success(3) } == 48)
    }
}
