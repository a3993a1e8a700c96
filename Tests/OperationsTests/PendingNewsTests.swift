internal import AgentdCore
internal import Storage
internal import Testing

@testable internal import Operations

@Suite("News that wait to be handed on")
struct PendingNewsTests {
    private let tenant = TenantID(UUIDValue(high: 1, low: 2))

    @Test("Each change is there once, until it is taken")
    func once() {
        let news = PendingNews()
        for _ in 0..<1_000 { news.add(.changed([.user(tenant, 7), .tenant(tenant)])) }
        #expect(news.removeAll().changes == [.user(tenant, 7), .tenant(tenant)])
        #expect(news.removeAll().changes.isEmpty)
    }

    @Test("A flood becomes one change: everything")
    func flood() {
        let news = PendingNews()
        for user in 1...100_000 as ClosedRange<Int64> { news.add(.changed([.user(tenant, user)])) }
        let changes = news.removeAll().changes
        #expect(changes.contains(.everything) && changes.count <= 4_096)
    }

    @Test("The last word on hearing counts")
    func hearing() {
        let news = PendingNews()
        #expect(news.removeAll().hearing == nil)
        news.add(.heard)
        news.add(.deaf(reason: "gone"))
        #expect(news.removeAll().hearing == .deaf(reason: "gone"))
        news.add(.deaf(reason: "gone"))
        news.add(.changed([.everything]))
        news.add(.heard)
        let state = news.removeAll()
        #expect(state.hearing == .heard && state.changes == [.everything])
    }
}
