import Testing

@testable internal import Postgres

/// Transcripts: what libpq gives, and what the machine makes of it.
@Suite("Pipeline machine")
struct PipelineMachineTests {
    private static let refusal = ServerError(sqlState: "22012", message: "division by zero")

    @Test("A segment is answered by its last statement and counts at its Sync")
    func segment() {
        var machine = PipelineMachine<String>()
        machine.segmentSent("a", preceding: 1)
        expectDiscard(machine.rowsReceived())
        #expect(machine.statementEnded() == .proceed)
        expectAnswer("a", machine.rowsReceived())
        #expect(machine.statementEnded() == .proceed)
        expectSuccess("a", machine.syncReceived())
        let isEmpty = machine.isEmpty
        #expect(isEmpty)
    }

    @Test("An error fails its own segment and no other")
    func errorStaysInItsSegment() {
        var machine = PipelineMachine<String>()
        machine.segmentSent("a", preceding: 1)
        machine.segmentSent("b", preceding: 0)
        #expect(machine.errorReceived(Self.refusal) == .proceed)
        #expect(machine.statementEnded() == .proceed)
        #expect(machine.abortedReceived() == .proceed)
        #expect(machine.statementEnded() == .proceed)
        expectFailure("a", Self.refusal, machine.syncReceived())
        expectAnswer("b", machine.rowsReceived())
        #expect(machine.statementEnded() == .proceed)
        expectSuccess("b", machine.syncReceived())
    }

    @Test("What is deferred fails at the Sync, after every statement has succeeded")
    func deferredError() {
        var machine = PipelineMachine<String>()
        machine.segmentSent("a", preceding: 0)
        expectAnswer("a", machine.rowsReceived())
        #expect(machine.statementEnded() == .proceed)
        #expect(machine.errorReceived(Self.refusal) == .proceed)
        #expect(machine.statementEnded() == .proceed)
        expectFailure("a", Self.refusal, machine.syncReceived())
    }

    @Test("The first error of a segment is the one that is told")
    func firstError() {
        var machine = PipelineMachine<String>()
        machine.segmentSent("a", preceding: 0)
        #expect(machine.errorReceived(Self.refusal) == .proceed)
        #expect(machine.errorReceived(ServerError(sqlState: "25P02", message: "aborted")) == .proceed)
        #expect(machine.statementEnded() == .proceed)
        expectFailure("a", Self.refusal, machine.syncReceived())
    }

    @Test("Results that nobody asked for are a violation")
    func violations() {
        var machine = PipelineMachine<String>()
        expectViolation(machine.rowsReceived())
        #expect(machine.statementEnded() == .protocolViolation)
        #expect(machine.abortedReceived() == .protocolViolation)
        #expect(machine.errorReceived(Self.refusal) == .protocolViolation)
        machine.segmentSent("a", preceding: 0)
        if case .protocolViolation = machine.syncReceived() {} else { Issue.record("a Sync before its statement") }
        #expect(machine.abortedReceived() == .protocolViolation)
        #expect(machine.statementEnded() == .proceed)
        #expect(machine.statementEnded() == .protocolViolation)
        expectViolation(machine.rowsReceived())
    }

    @Test("With the connection, all calls in flight end, in their order")
    func connectionEnded() {
        var machine = PipelineMachine<Int>()
        for number in 0..<1_000 { machine.segmentSent(number, preceding: 0) }
        for number in 0..<600 {
            #expect(machine.statementEnded() == .proceed)
            guard case .succeeded(number) = machine.syncReceived() else { return #expect(Bool(false), "\(number)") }
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

    private func expectSuccess(_ call: String, _ action: PipelineMachine<String>.SyncAction) {
        if case .succeeded(call) = action { return }
        Issue.record("expected the success of \(call), not \(action)")
    }

    private func expectFailure(_ call: String, _ error: ServerError, _ action: PipelineMachine<String>.SyncAction) {
        if case .failed(call, error) = action { return }
        Issue.record("expected the failure of \(call), not \(action)")
    }
}
