extension LoadPlan {
    var isOpenLoop: Bool {
        switch pace {
        case .closed: false
        case .open: true
        }
    }

    /// Whether each connection has its own part of the calls in flight. Otherwise there are more connections than
    /// calls, or the clock says when calls are made, and connections take turns.
    var keepsShares: Bool {
        switch pace {
        case .closed(let inFlight): inFlight >= connections
        case .open: false
        }
    }

    /// Whether a noisy tenant leaves half of each connection's room to the others: they are callers of their own, who
    /// do not wait for it before they call. In a closed loop all calls come from the same callers.
    var sparesRoom: Bool { isOpenLoop && skew.isNoisy }

    /// The most calls in flight on one connection.
    func room(connection index: Int) -> Int {
        switch pace {
        case .closed(let inFlight): max(part(of: inFlight, index), 1)
        case .open(_, let inFlight?): part(of: inFlight, index)
        case .open(_, nil): .max
        }
    }

    private func part(of inFlight: Int, _ index: Int) -> Int {
        inFlight / connections + (index < inFlight % connections ? 1 : 0)
    }

    /// The most that one of the connections should take; nil for as many as the daemon takes.
    var mostRoom: Int? {
        let room = room(connection: 0)
        return room == .max ? nil : room
    }
}

extension Duration {
    /// Of one that is not negative.
    var nanoseconds: UInt64 {
        let (seconds, attoseconds) = components
        return UInt64(seconds) * 1_000_000_000 + UInt64(attoseconds / 1_000_000_000)
    }
}
