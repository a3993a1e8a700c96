import Testing

internal import AgentdCore
@testable internal import Listening
internal import Messages
internal import Services

@Suite("Calls of a connection that wait")
struct CallLinesTests {
    private static let noisy = TenantID(UUIDValue(high: 1, low: 1))
    private static let quiet = TenantID(UUIDValue(high: 1, low: 2))

    private func call(_ id: UInt64, of tenant: TenantID?, weight: Int = 1) -> RunningCall {
        let observed = ObservedCall(
            path: "/test", method: nil, callID: .given("\(id)"), origin: CallOrigin(door: .framed, peer: "127.0.0.1:1"),
            startedAt: 0)
        observed.line = tenant.map { CallLine(tenant: $0, weight: weight) }
        return RunningCall(id: id, observed: observed, messageBytes: 0, arena: Arena(capacity: 1_024))
    }

    private func emptied(_ lines: CallLines) -> [UInt64] {
        var ids: [UInt64] = []
        while let call = lines.popFirst() {
            ids.append(call.id)
            #expect(lines.isEmpty == (lines.first == nil))
        }
        #expect(lines.isEmpty)
        return ids
    }

    @Test("Calls of one tenant, and calls of nobody known, keep their order")
    func order() {
        for tenant in [Self.noisy, nil] {
            let lines = CallLines()
            for id in 1...5 { lines.append(call(UInt64(id), of: tenant)) }
            #expect(lines.count == 5)
            #expect(emptied(lines) == [1, 2, 3, 4, 5])
        }
    }

    @Test("Who asks for little does not wait behind all that another tenant has asked")
    func turns() {
        let lines = CallLines()
        for id in 1...100 { lines.append(call(UInt64(id), of: Self.noisy)) }
        for id in 101...103 { lines.append(call(UInt64(id), of: Self.quiet)) }
        lines.append(call(104, of: nil))
        // The first two stand in no line any more when others come or have their turn.
        #expect(lines.popFirst()?.id == 1)
        #expect((0..<6).map { _ in lines.popFirst()?.id } == [2, 101, 104, 3, 102, 4])
        #expect(lines.count == 97)
        // A tenant that comes again stands behind all others, once.
        lines.append(call(105, of: nil))
        #expect((0..<5).map { _ in lines.popFirst()?.id } == [103, 5, 105, 6, 7])
        #expect(emptied(lines) == Array(8...100))
    }

    @Test("A call that was given up costs its tenant no turn")
    func abandoned() {
        let lines = CallLines()
        let calls = (1...6).map { call($0, of: Self.noisy) }
        for call in calls { lines.append(call) }
        for id in 11...14 as ClosedRange<UInt64> { lines.append(call(id, of: Self.quiet)) }
        calls[1].abandon()
        calls[2].abandon()
        calls[4].abandon()
        #expect(emptied(lines) == [1, 2, 3, 4, 11, 5, 6, 12, 13, 14])
    }

    @Test("A call that has left its line keeps none of those behind it")
    func letsGo() {
        let lines = CallLines()
        for id in 1...3 as ClosedRange<UInt64> { lines.append(call(id, of: Self.noisy)) }
        weak var last: RunningCall?
        last = lines.first
        #expect(last != nil)
        let first = lines.popFirst()
        let second = lines.popFirst()
        #expect(first?.behind == nil && second?.behind == nil)
        last = lines.first
        #expect(last?.id == 3)
        _ = lines.popFirst()
        #expect(last == nil)
    }

    @Test("A tenant that weighs nothing has its turns all the same, and no more than others")
    func noWeight() {
        let lines = CallLines()
        for id in 1...3 { lines.append(call(UInt64(id), of: Self.noisy, weight: 0)) }
        for id in 11...12 { lines.append(call(UInt64(id), of: Self.quiet)) }
        #expect(emptied(lines) == [1, 2, 11, 3, 12])
    }

    @Test("A tenant has as many calls in its turn as it weighs")
    func weights() {
        let lines = CallLines()
        for id in 1...6 { lines.append(call(UInt64(id), of: Self.noisy)) }
        for id in 11...15 { lines.append(call(UInt64(id), of: Self.quiet, weight: 2)) }
        #expect(emptied(lines) == [1, 2, 11, 12, 3, 13, 14, 4, 15, 5, 6])
    }
}
