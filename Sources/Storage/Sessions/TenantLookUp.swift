package import AgentdCore
internal import Postgres

/// One statement that reads something in the caller's tenant. It needs no task: what it found is handed over where the
/// database's answer is read.
package protocol TenantLookUp: Sendable {
    /// Lent: good only until whoever is told of it returns.
    associatedtype Found

    /// Sends it on its way; only on the event loop of the session's pool.
    /// - Parameter receiver: Told once, on that loop, perhaps at once.
    func begin(in session: TenantSession, for receiver: any LookUpReceiver<Found>) -> StartedLookUp

    /// The same for a task, which waits for it.
    /// - Parameter body: Makes of what was found what stays.
    func run<Output>(
        in session: TenantSession, _ body: (Found) throws(ServiceError) -> Output
    ) async throws(ServiceError) -> Output
}

/// Takes what a look-up found. An object and not a closure, so that what a call knows and what it waits for are one
/// piece of memory.
package protocol LookUpReceiver<Found>: AnyObject {
    associatedtype Found

    func lookedUp(_ result: Result<Found, ServiceError>)
}

/// A look-up that is under way. Confined to its event loop.
package struct StartedLookUp {
    fileprivate let call: PendingCall
    /// What may have begun in its place.
    fileprivate var second: Second?

    fileprivate final class Second {
        var lookUp: StartedLookUp?
    }

    /// Nobody waits for it any more.
    package func cancel() {
        call.cancel()
        second?.lookUp?.cancel()
    }
}

extension TenantSession {
    /// Runs a query. It changes nothing, so one that got lost with its connection goes out again.
    /// - Parameters:
    ///   - hasPlace: Whether it goes on where another one ended.
    ///   - read: Reads what was found, where it lies.
    func begin<Found>(
        _ query: some Query, hasPlace: Bool = false,
        _ read: @escaping (borrowing Rows) throws(DecodingFailure) -> Found,
        for receiver: any LookUpReceiver<Found>
    ) -> StartedLookUp {
        let call = self.call(query, effect: .read)
        pool.submit(call, attempts: Attempts.maximum, hasPlace: hasPlace) { call, error in
            do throws(PostgresError) {
                if let error { throw error }
                try call.read { (rows) throws(DecodingFailure) in receiver.lookedUp(.success(try read(rows))) }
            } catch {
                receiver.lookedUp(.failure(ServiceError(error)))
            }
        }
        return StartedLookUp(call: call)
    }

    /// The same where what was found may say that something else is to be asked.
    /// - Parameters:
    ///   - read: Nil when it is.
    ///   - second: Begins it, for the same receiver.
    func begin<Found>(
        _ query: some Query, _ read: @escaping (borrowing Rows) throws(DecodingFailure) -> Found?,
        otherwise second: @escaping () -> StartedLookUp,
        for receiver: any LookUpReceiver<Found>
    ) -> StartedLookUp {
        let later = StartedLookUp.Second()
        var first = begin(query, read, for: EitherLookUp(second, later, for: receiver))
        first.second = later
        return first
    }

    /// The same for a task.
    func run<Found, Output>(
        _ query: some Query, _ read: (borrowing Rows) throws(DecodingFailure) -> Found,
        _ body: (Found) throws(ServiceError) -> Output
    ) async throws(ServiceError) -> Output {
        let call = try await Attempts.run(repeatable: true, deadline: deadline) { () async throws(PostgresError) in
            let call = self.call(query, effect: .read)
            try await pool.run(call)
            return call
        }
        let output: Result<Output, ServiceError>
        do throws(PostgresError) {
            output = try call.read { (rows) throws(DecodingFailure) in
                let found = try read(rows)
                return Result { () throws(ServiceError) in try body(found) }
            }
        } catch {
            throw ServiceError(error)
        }
        return try output.get()
    }
}

/// Asks something else where the first look-up says so. Held by the call of that look-up alone, and only until that has
/// its answer: were it part of `StartedLookUp`, which the receiver holds, the two would keep each other for ever.
private final class EitherLookUp<Found>: LookUpReceiver {
    private let second: () -> StartedLookUp
    private let later: StartedLookUp.Second
    private let receiver: any LookUpReceiver<Found>

    init(
        _ second: @escaping () -> StartedLookUp, _ later: StartedLookUp.Second,
        for receiver: any LookUpReceiver<Found>
    ) {
        self.second = second
        self.later = later
        self.receiver = receiver
    }

    func lookedUp(_ result: Result<Found?, ServiceError>) {
        switch result {
        case .success(let found?): receiver.lookedUp(.success(found))
        case .success(nil): later.lookUp = second()
        case .failure(let error): receiver.lookedUp(.failure(error))
        }
    }
}
