import AgentdCore
import Testing

@testable internal import GRPCListener

@Suite("Stream table") struct StreamTableTests {
    private let limits = WireLimits()

    @Test("A stream that is gone is not found, also when it was the last one asked for") func removed() {
        let table = StreamTable()
        for id in [1, 3, 5] as [Int32] { table.insert(GRPCStream(id: id, limits: limits, likely: nil)) }
        #expect(table[3]?.id == 3)
        #expect(table.remove(3)?.id == 3)
        #expect(table[3] == nil)
        #expect(table[1]?.id == 1)
        #expect(table.all.map(\.id).sorted() == [1, 5])
        table.removeAll()
        #expect(table[1] == nil)
        #expect(table[5] == nil)
        #expect(table.isEmpty)
    }

    @Test("A new stream of the same id is the one that is found") func replaced() {
        let table = StreamTable()
        table.insert(GRPCStream(id: 1, limits: limits, likely: nil))
        #expect(table[1] != nil)
        #expect(table.remove(1) != nil)
        let new = GRPCStream(id: 1, limits: limits, likely: nil)
        table.insert(new)
        #expect(table[1] === new)
    }
}
