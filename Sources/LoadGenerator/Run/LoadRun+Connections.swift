internal import AgentdCore
internal import NIOCore

extension LoadRun: LoadConnectionOwner {
    /// How long a lost connection rests before it is made again.
    private static let redialPause = TimeAmount.milliseconds(100)

    func connectionOpened(_ connection: LoadConnection) {
        countDisconnected(until: Self.now)
        guard phase == .opening else { return takeTurn(after: connection) }
        opened += 1
        notDialled.popLast()?.dial()
        guard opened == connections.count else { return }
        if case .closed(let inFlight) = plan.pace, let room = connections.map(\.room).max(), let most = plan.mostRoom,
            room < most
        {
            let needed = (inFlight + room - 1) / room
            return fail(
                LoadProblem(
                    .refused, "the daemon takes \(room) calls in flight on a connection: use --connections \(needed)"))
        }
        begin()
    }

    func answered(_ sent: LoadConnection.SentCall, _ answer: Answer, at now: UInt64) {
        if case .closed = plan.pace { callsToBegin += 1 }
        guard answer.code == 0 else {
            let code = Recorder.FailureCode.status(answer.code)
            return recorder.failed(sent.call, code, reason: answer.reason, since: sent.since, at: now)
        }
        if sent.isChecked,
            let problem = AnswerCheck.problem(answer.message, of: sent.call, to: targets[sent.call.tenant])
        {
            return fail(LoadProblem(.refused, "a wrong answer: \(problem)"))
        }
        recorder.succeeded(sent.call, since: sent.since, at: now)
    }

    func turn(after connection: LoadConnection) {
        switch phase {
        case .running, .draining:
            // What is due in an open loop is sent by the ticks: sending it whenever an answer comes would cost a system
            // call for nearly every call.
            if tick == nil || backlog.count > 0 { takeTurn(after: connection) }
        case .opening, .ended: break
        }
    }

    func connectionEnded(
        _ connection: LoadConnection, _ calls: [LoadConnection.SentCall], _ problem: LoadProblem
    ) {
        switch phase {
        case .opening: return fail(problem)
        case .ended: return
        case .running, .draining: break
        }
        // Only what the network or the daemon's end may do is survived.
        guard problem.kind == .noConnection else { return fail(problem) }
        let now = Self.now
        if disconnectedSince == nil, !connections.contains(where: \.isOpen) { disconnectedSince = now }
        let code = Recorder.FailureCode.status(StatusCode.unavailable.rawValue)
        for sent in calls {
            if case .closed = plan.pace { callsToBegin += 1 }
            recorder.failed(
                sent.call, code, reason: sent.refusal ?? Reason.connectionLost.rawValue, since: sent.since, at: now)
        }
        timers.append(
            eventLoop.assumeIsolated().scheduleTask(in: Self.redialPause) {
                if self.phase != .ended { connection.dial() }
            })
        if phase == .draining { finishWhenAnswered() }
    }
}
