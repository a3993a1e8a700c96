@testable internal import LoadGenerator
internal import Testing

@Suite("The backlog")
struct BacklogTests {
    private func arrival(_ time: Int) -> Backlog.Arrival {
        Backlog.Arrival(call: Call(tenant: 0, method: .getAgent, agent: 0), since: UInt64(time))
    }

    @Test("It keeps 65536 calls; of more the one that has waited longest is given up")
    func limit() {
        var backlog = Backlog()
        for time in 0..<65_536 { #expect(backlog.append(arrival(time)) == nil) }
        #expect(backlog.append(arrival(65_536))?.since == 0)
        #expect(backlog.append(arrival(65_537))?.since == 1)
        #expect(backlog.count == 65_536)
        #expect(backlog.popFirst()?.since == 2)
    }
}
