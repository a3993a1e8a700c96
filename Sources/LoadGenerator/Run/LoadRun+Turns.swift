internal import NIOCore

extension LoadRun {
    /// Calls that are due within so short a time are sent together: to wake up costs more than a call. What it holds a
    /// call up counts in its latency.
    private static let shortestTickNanoseconds: UInt64 = 250_000
    /// Calls that are due at the same time go over one connection, so many in a row, as from a client that has several
    /// things to ask: each over another one would cost a system call for every call, here and in the daemon.
    private static let callsInARow = 8

    /// Begins the calls that are to be begun now, and sends them with one write a connection.
    func takeTurn(after connection: LoadConnection?) {
        let now = Self.now
        if phase == .running, case .closed = plan.pace {
            while callsToBegin > 0, let free = freeConnection(for: .others, after: connection) {
                callsToBegin -= 1
                send(chooser.next(), since: now, over: free)
            }
        } else {
            takeArrivals(at: now, after: connection)
        }
        for connection in dirty { connection.flush() }
        dirty.removeAll(keepingCapacity: true)
        if phase == .draining { finishWhenAnswered() }
    }

    private func takeArrivals(at now: UInt64, after connection: LoadConnection?) {
        while let due = arrivals?.takeDue(by: now) {
            let arrival = Backlog.Arrival(call: chooser.next(), since: due)
            if let givenUp = backlog.append(arrival) {
                let reason = disconnectedSince == nil ? "" : Recorder.noConnection
                recorder.failed(givenUp.call, .notSent, reason: reason, since: givenUp.since, at: now)
            }
        }
        var groups = CallerGroup.allCases
        while let group = backlog.oldest(of: groups) {
            guard let free = freeConnection(for: group, after: connection) else {
                groups.removeAll { $0 == group }
                continue
            }
            for _ in 0..<Self.callsInARow {
                guard free.hasRoom(for: group), let arrival = backlog.popFirst(of: group) else { break }
                send(arrival.call, since: arrival.since, over: free)
            }
        }
        scheduleTick(at: now)
    }

    private func scheduleTick(at now: UInt64) {
        guard let next = arrivals?.nextDue, tick == nil else { return }
        let due = max(next, now + Self.shortestTickNanoseconds)
        tick = eventLoop.assumeIsolated().scheduleTask(deadline: .uptimeNanoseconds(due)) {
            self.tick = nil
            self.takeTurn(after: nil)
        }
    }

    private func send(_ call: Call, since: UInt64, over connection: LoadConnection) {
        checks += 1
        let isWarmUp = since < recorder.measured.lowerBound
        let isChecked = isWarmUp || checks % AnswerCheck.everyAnswer == 0
        if !connection.isDirty { dirty.append(connection) }
        connection.send(LoadConnection.SentCall(call: call, since: since, isChecked: isChecked))
    }

    /// One with room: the one that has just got it where each has its share of the calls, otherwise the next in turn.
    private func freeConnection(for group: CallerGroup, after connection: LoadConnection?) -> LoadConnection? {
        if plan.keepsShares, let connection, connection.hasRoom(for: group) { return connection }
        for _ in connections {
            let candidate = connections[turnIndex[group.rawValue]]
            turnIndex[group.rawValue] = (turnIndex[group.rawValue] + 1) % connections.count
            if candidate.hasRoom(for: group) { return candidate }
        }
        return nil
    }
}
