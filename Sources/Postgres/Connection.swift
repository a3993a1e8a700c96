internal import CLibPQ
internal import CLinux

/// One connection in pipeline mode. Owns its PGconn; confined to its event loop, whose thread it never blocks.
final class Connection {
    /// What a wake-up brought, for the pool.
    enum Event {
        case succeeded(PendingCall)
        case failed(PendingCall, ServerError)
    }

    /// Statements prepared on one connection. Each takes memory in the server; one more than these runs unprepared.
    private static let maximumPreparedStatements = 256
    /// libpq can give NULL for ever after a connection broke in an unlucky moment; more results than this in one
    /// wake-up without one answer are no results.
    private static let maximumResultsWithoutAnswer = 10_000

    private let connection: OpaquePointer
    private var machine = PipelineMachine<PendingCall>()
    /// The name that each statement has on this connection. A statement that had to be prepared again has another one.
    private var preparedNames: [String: String] = [:]
    private var preparations = 0
    private var needsFlush = false
    /// It takes no further calls and ends when it is idle.
    private(set) var isRetiring = false
    /// When the oldest call in flight became the oldest.
    private(set) var oldestSince: UInt64 = 0

    /// - Parameter connection: Connected, non-blocking and in pipeline mode; this object owns it from now on.
    init(owning connection: OpaquePointer) { self.connection = connection }

    deinit { PQfinish(connection) }

    var descriptor: CInt { PQsocket(connection) }
    var callsInFlight: Int { machine.count }

    func retire() { isRetiring = true }

    /// Why it is broken, as libpq says it.
    var failureReason: String { errorMessage(of: connection) }

    /// Answers the calls whose deadline has passed; what still comes for them is dropped.
    func expireCalls(at now: UInt64) {
        machine.forEachCall { call in
            if call.stage != .finished, call.hasExpired(at: now) { call.fail(.deadlineExceeded) }
        }
    }

    /// All calls that it will not answer any more.
    func end() -> [PendingCall] { machine.connectionEnded() }
}

// MARK: Sending

extension Connection {
    /// Sends a call as one segment: what is not prepared yet, its statements, one Sync.
    /// - Returns: Whether it was taken; if not, the connection is broken.
    func send(_ call: PendingCall, using parameters: inout Parameters, at now: UInt64) -> Bool {
        let texts = call.texts
        var preparing = 0
        var names: [String?] = []
        for text in texts {
            guard let name = preparedNames[text.name] else {
                guard let name = prepare(text) else { return false }
                preparing += name.isEmpty ? 0 : 1
                names.append(name.isEmpty ? nil : name)
                continue
            }
            names.append(name)
        }
        for (index, text) in texts.enumerated() {
            parameters.reset()
            call.bind(index, to: &parameters)
            precondition(parameters.count == text.types.count, "\(text.name) binds another number of parameters.")
            guard execute(text, named: names[index], &parameters) else { return false }
        }
        guard PQpipelineSync(connection) == 1 else { return false }
        if machine.isEmpty { oldestSince = now }
        machine.segmentSent(call, preceding: preparing + texts.count - 1)
        call.stage = .sent
        return flush()
    }

    /// Preparation stands before everything that can fail, so that a later segment can count on it.
    /// - Returns: Its name; empty when it is to run unprepared; nil when the connection is broken.
    private func prepare(_ text: StatementText) -> String? {
        guard preparedNames.count < Self.maximumPreparedStatements else { return "" }
        preparations += 1
        let name = "\(text.name)_\(preparations)"
        guard PQsendPrepare(connection, name, text.sql, Int32(text.types.count), text.types) == 1 else { return nil }
        preparedNames[text.name] = name
        return name
    }

    private func execute(_ text: StatementText, named name: String?, _ parameters: inout Parameters) -> Bool {
        let count = Int32(parameters.count)
        return parameters.withPointers { values, lengths, formats in
            if let name { return PQsendQueryPrepared(connection, name, count, values, lengths, formats, 1) }
            return PQsendQueryParams(connection, text.sql, count, text.types, values, lengths, formats, 1)
        } == 1
    }

    /// The statements of a call are to be prepared anew before it runs again.
    func forgetPreparation(of call: PendingCall) {
        for text in call.texts { preparedNames[text.name] = nil }
    }

    private func flush() -> Bool {
        let outcome = PQflush(connection)
        needsFlush = outcome == 1
        return outcome >= 0
    }
}

// MARK: Receiving

extension Connection {
    /// Reads and writes what the socket has and takes, and reports each answered call.
    /// - Returns: Whether the connection is still good.
    func process(at now: UInt64, _ report: (Event) -> Void) -> Bool {
        repeat {
            // Edge-triggered: what is left unread now is not announced again.
            guard PQconsumeInput(connection) == 1, receiveResults(at: now, report) else { return false }
            if needsFlush, !flush() { return false }
        } while agentd_is_readable(descriptor)
        return PQstatus(connection) == CONNECTION_OK
    }

    private func receiveResults(at now: UInt64, _ report: (Event) -> Void) -> Bool {
        var withoutAnswer = 0
        while !machine.isEmpty, PQisBusy(connection) == 0 {
            withoutAnswer += 1
            guard withoutAnswer < Self.maximumResultsWithoutAnswer else { return false }
            guard let result = PQgetResult(connection) else {
                guard machine.statementEnded() == .proceed else { return false }
                continue
            }
            switch PQresultStatus(result) {
            case PGRES_TUPLES_OK, PGRES_COMMAND_OK:
                guard rowsReceived(Rows(owning: result)) else { return false }
            case PGRES_PIPELINE_SYNC:
                PQclear(result)
                withoutAnswer = 0
                guard syncReceived(at: now, report) else { return false }
            case PGRES_PIPELINE_ABORTED:
                PQclear(result)
                guard machine.abortedReceived() == .proceed else { return false }
            default:
                defer { PQclear(result) }
                // With the connection gone, what libpq reports is not the server's word on this call.
                guard PQstatus(connection) == CONNECTION_OK,
                    machine.errorReceived(ServerError(result: result)) == .proceed
                else { return false }
            }
        }
        return true
    }

    private func rowsReceived(_ rows: consuming Rows) -> Bool {
        switch machine.rowsReceived() {
        case .answer(let call):
            if call.stage != .finished { call.read(rows) }
            return true
        case .discard: return true
        case .protocolViolation: return false
        }
    }

    private func syncReceived(at now: UInt64, _ report: (Event) -> Void) -> Bool {
        oldestSince = now
        switch machine.syncReceived() {
        case .succeeded(let call): report(.succeeded(call))
        case .failed(let call, let error): report(.failed(call, error))
        case .protocolViolation: return false
        }
        return true
    }
}
