@testable internal import LoadGenerator
internal import Testing

@Suite("Arrivals")
struct ArrivalScheduleTests {
    private static let second: UInt64 = 1_000_000_000

    @Test("Calls are due at a constant rate", arguments: [1, 3, 200, 100_000.0])
    func rate(rate: Double) {
        var schedule = ArrivalSchedule(times: 5..<5 + Self.second, rate: rate)
        var dues: [UInt64] = []
        while let due = schedule.takeDue(by: .max) { dues.append(due) }
        #expect(dues.count == Int(rate))
        for (index, due) in dues.enumerated() {
            #expect(abs(Double(due) - 5 - Double(index) * 1e9 / rate) <= 1)
        }
        #expect(schedule.nextDue == nil)
    }

    @Test("None is due before its time; those that nobody took are due all the same, each at its own time")
    func late() {
        var schedule = ArrivalSchedule(times: 0..<Self.second, rate: 10)
        #expect(schedule.takeDue(by: 0) == 0)
        #expect(schedule.takeDue(by: 99_999_999) == nil)
        #expect(schedule.nextDue == 100_000_000)
        let late = (0..<4).map { _ in schedule.takeDue(by: 350_000_000) }
        #expect(late == [100_000_000, 200_000_000, 300_000_000, nil])
    }
}
