import Testing

@testable internal import GRPCListener

@Suite("Receive budget") struct ReceiveBudgetTests {
    @Test("A stream that does not fit waits for those before it, and is not overtaken") func order() {
        var budget = ReceiveBudget(bytes: 100)
        #expect(budget.request(60, for: 1).map(\.stream) == [1])
        #expect(budget.request(60, for: 3).isEmpty)
        #expect(budget.request(10, for: 5).isEmpty)
        #expect(budget.release(1).map(\.stream) == [3, 5])
        #expect(budget.request(30, for: 7).map(\.bytes) == [30])
    }

    @Test("Asking again changes nothing") func again() {
        var budget = ReceiveBudget(bytes: 100)
        #expect(budget.request(60, for: 1).count == 1)
        #expect(budget.request(60, for: 1).isEmpty)
        #expect(budget.request(60, for: 3).isEmpty)
        #expect(budget.request(60, for: 3).isEmpty)
        #expect(budget.release(1).count == 1)
        #expect(budget.release(1).isEmpty)
    }

    @Test("A stream that ends while it waits lets others go on") func waitingEnds() {
        var budget = ReceiveBudget(bytes: 100)
        #expect(budget.request(90, for: 1).count == 1)
        #expect(budget.request(90, for: 3).isEmpty)
        #expect(budget.request(10, for: 5).isEmpty)
        #expect(budget.release(3).map(\.stream) == [5])
    }
}
