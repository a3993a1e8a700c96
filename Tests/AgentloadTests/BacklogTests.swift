@testable internal import LoadGenerator
internal import Testing

@Suite("The backlog")
struct BacklogTests {
    private func arrival(_ time: Int, of group: CallerGroup = .others) -> Backlog.Arrival {
        Backlog.Arrival(call: Call(tenant: 0, method: .getAgent, agent: 0, group: group), since: UInt64(time))
    }

    @Test("It keeps 65536 calls; of more the one that has waited longest is given up")
    func limit() {
        var backlog = Backlog()
        for time in 0..<65_536 { #expect(backlog.append(arrival(time)) == nil) }
        #expect(backlog.append(arrival(65_536))?.since == 0)
        #expect(backlog.append(arrival(65_537))?.since == 1)
        #expect(backlog.count == 65_536)
        #expect(backlog.popFirst(of: .others)?.since == 2)
    }

    @Test("A noisy tenant's calls stand in a line of their own, and are given up first where it is the longer one")
    func groups() {
        var backlog = Backlog()
        #expect(backlog.append(arrival(0)) == nil)
        for time in 1..<65_536 { #expect(backlog.append(arrival(time, of: .noisyTenant)) == nil) }
        #expect(backlog.append(arrival(65_536))?.since == 1)
        #expect(backlog.count == 65_536 && backlog.count(of: .others) == 2)
        #expect(backlog.oldest(of: CallerGroup.allCases) == .others)
        #expect(backlog.popFirst(of: .others)?.since == 0)
        #expect(backlog.oldest(of: CallerGroup.allCases) == .noisyTenant)
        #expect(backlog.oldest(of: [.others]) == .others)
        #expect(backlog.popFirst(of: .noisyTenant)?.since == 2)
        #expect(backlog.popFirst(of: .others)?.since == 65_536)
        #expect(backlog.popFirst(of: .others) == nil)
        #expect(backlog.oldest(of: [.others]) == nil)
        #expect(backlog.count == 65_533)
    }
}
