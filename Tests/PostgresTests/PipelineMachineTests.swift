import Testing

@testable internal import Postgres

/// Transcripts: what libpq gives, and what the machine makes of it.
@Suite("Pipeline machine")
struct PipelineMachineTests {
    private static let refusal = ServerError(sqlState: "22012", message: "division by zero")

    @Test("A segment is answered by its last statement and counts at its Sync")
    func segment() {
        var machine = PipelineMachine<String>()
        machine.send("a", preceding: 1)
        expectDiscard(machine.rowsReceived())
        #expect(machine.statementEnded() == .proceed)
        expectAnswer("a", machine.rowsReceived())
        #expect(machine.statementEnded() == .proceed)
        #expect(machine.outcomes() == [.succeeded("a")])
        let isEmpty = machine.isEmpty
        #expect(isEmpty)
    }

    @Test("An error fails its own segment and no other")
    func errorStaysInItsSegment() {
        var machine = PipelineMachine<String>()
        machine.send("a", preceding: 1)
        machine.send("b", preceding: 0)
        #expect(machine.errorReceived(Self.refusal) == .proceed)
        #expect(machine.statementEnded() == .proceed)
        #expect(machine.abortedReceived() == .proceed)
        #expect(machine.statementEnded() == .proceed)
        #expect(machine.outcomes() == [.failed("a", Self.refusal)])
        expectAnswer("b", machine.rowsReceived())
        #expect(machine.statementEnded() == .proceed)
        #expect(machine.outcomes() == [.succeeded("b")])
    }

    @Test("What is true of the first segment does not depend on those behind it")
    func firstSegment() {
        var machine = PipelineMachine<String>()
        machine.callSent("a", preceding: 0)
        machine.callSent("b", preceding: 0)
        machine.syncSent()
        machine.send("c", preceding: 0)
        let isOfAllBeforeC = machine.firstSegment { $0 < "c" }
        let isOfB = machine.firstSegment { $0 == "b" }
        #expect(isOfAllBeforeC)
        #expect(!isOfB)
    }

    @Test("What is deferred fails at the Sync, after every statement has succeeded")
    func deferredError() {
        var machine = PipelineMachine<String>()
        machine.send("a", preceding: 0)
        expectAnswer("a", machine.rowsReceived())
        #expect(machine.statementEnded() == .proceed)
        #expect(machine.errorReceived(Self.refusal) == .proceed)
        #expect(machine.statementEnded() == .proceed)
        #expect(machine.outcomes() == [.failed("a", Self.refusal)])
    }

    @Test("The first error of a segment is the one that is told")
    func firstError() {
        var machine = PipelineMachine<String>()
        machine.send("a", preceding: 0)
        #expect(machine.errorReceived(Self.refusal) == .proceed)
        #expect(machine.errorReceived(ServerError(sqlState: "25P02", message: "aborted")) == .proceed)
        #expect(machine.statementEnded() == .proceed)
        #expect(machine.outcomes() == [.failed("a", Self.refusal)])
    }

    @Test("Results that nobody asked for are a violation")
    func violations() {
        var machine = PipelineMachine<String>()
        expectViolation(machine.rowsReceived())
        #expect(machine.statementEnded() == .protocolViolation)
        #expect(machine.abortedReceived() == .protocolViolation)
        #expect(machine.errorReceived(Self.refusal) == .protocolViolation)
        machine.send("a", preceding: 0)
        #expect(machine.syncReceived { _, _ in } == .protocolViolation)
        #expect(machine.abortedReceived() == .protocolViolation)
        #expect(machine.statementEnded() == .proceed)
        #expect(machine.statementEnded() == .protocolViolation)
        expectViolation(machine.rowsReceived())
    }

    @Test("Of the calls of one segment those before an error succeed, and those behind it did not happen")
    func sharedSegment() {
        var machine = PipelineMachine<String>()
        for call in ["a", "b", "c"] { machine.callSent(call, preceding: 1) }
        machine.syncSent()
        machine.send("d", preceding: 0)
        expectDiscard(machine.rowsReceived())
        #expect(machine.statementEnded() == .proceed)
        expectAnswer("a", machine.rowsReceived())
        #expect(machine.statementEnded() == .proceed)
        expectDiscard(machine.rowsReceived())
        #expect(machine.statementEnded() == .proceed)
        #expect(machine.errorReceived(Self.refusal) == .proceed)
        #expect(machine.statementEnded() == .proceed)
        for _ in 0..<2 {
            #expect(machine.abortedReceived() == .proceed)
            #expect(machine.statementEnded() == .proceed)
        }
        #expect(machine.outcomes() == [.succeeded("a"), .failed("b", Self.refusal), .aborted("c")])
        expectAnswer("d", machine.rowsReceived())
        #expect(machine.statementEnded() == .proceed)
        #expect(machine.outcomes() == [.succeeded("d")])
    }

    @Test("With the connection, all calls in flight end, in their order")
    func connectionEnded() {
        var machine = PipelineMachine<Int>()
        for number in 0..<1_000 { machine.send(number, preceding: 0) }
        for number in 0..<600 {
            #expect(machine.statementEnded() == .proceed)
            #expect(machine.outcomes() == [.succeeded(number)])
        }
        let count = machine.count
        #expect(count == 400)
        #expect(machine.connectionEnded() == Array(600..<1_000))
        let isEmpty = machine.isEmpty
        #expect(isEmpty)
    }

    private func expectAnswer(_ call: String, _ action: PipelineMachine<String>.RowsAction) {
        if case .answer(call) = action { return }
        Issue.record("expected the answer of \(call), not \(action)")
    }

    private func expectDiscard(_ action: PipelineMachine<String>.RowsAction) {
        if case .discard = action { return }
        Issue.record("expected to discard, not \(action)")
    }

    private func expectViolation(_ action: PipelineMachine<String>.RowsAction) {
        if case .protocolViolation = action { return }
        Issue.record("expected a violation, not \(action)")
    }
}

/// What became of a call, to be compared.
private enum Ended<Call: Equatable>: Equatable {
    case succeeded(Call)
    case failed(Call, ServerError)
    case aborted(Call)
}

extension PipelineMachine where Call: Equatable {
    /// Sends a segment of one call.
    fileprivate mutating func send(_ call: Call, preceding: Int) {
        callSent(call, preceding: preceding)
        syncSent()
    }

    /// What a Sync says; nil when there should be none.
    fileprivate mutating func outcomes() -> [Ended<Call>]? {
        var outcomes: [Ended<Call>] = []
        let action = syncReceived { call, outcome in
            switch outcome {
            case .succeeded: outcomes.append(.succeeded(call))
            case .failed(let error): outcomes.append(.failed(call, error))
            case .aborted: outcomes.append(.aborted(call))
            }
        }
        return action == .proceed ? outcomes : nil
    }
}
