import Testing

@testable internal import Operations

@Suite("Readiness")
struct ReadinessTests {
    @Test("One check that fails is an accident, two in a row are a state, and so is the way back")
    func transcript() {
        var readiness = Readiness(isReady: true)
        let checks = [false, true, false, false, false, true, false, true, true, true]
        let verdicts: [Bool?] = [nil, nil, nil, false, nil, nil, nil, nil, true, nil]
        #expect(checks.map { readiness.checked(succeeded: $0) } == verdicts)
        #expect(readiness.isReady)
    }
}

@Suite("The delay before a restart")
struct RestartDelayTests {
    @Test("It grows up to its bound, and begins anew after the server was well for a while")
    func growth() {
        var delay = RestartDelay()
        let delays = (0..<10).map { _ in delay.milliseconds(afterRunning: 0, jitter: 1) }
        #expect(delays == [100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000, 10_000])
        #expect(delay.milliseconds(afterRunning: 60_000, jitter: 1) == 100)
    }

    @Test("It is never quite the same for two", arguments: [(0.0, 50), (0.5, 75), (1.0, 100)])
    func jitter(jitter: Double, expected: Int) {
        var delay = RestartDelay()
        #expect(delay.milliseconds(afterRunning: 0, jitter: jitter) == expected)
    }
}
