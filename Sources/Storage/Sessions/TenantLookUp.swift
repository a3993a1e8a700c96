package import AgentdCore
internal import Postgres

/// One statement that reads something in the caller's tenant. It needs no task: what it found is handed over where the
/// database's answer is read.
package protocol TenantLookUp: Sendable {
    /// Lent: good only within the completion.
    associatedtype Found

    /// Sends it on its way; only on the event loop of the session's pool.
    /// - Parameter completion: Called once, on that loop, perhaps at once.
    func begin(
        in session: TenantSession, _ completion: @escaping (Result<Found, ServiceError>) -> Void
    ) -> StartedLookUp

    /// The same for a task, which waits for it.
    /// - Parameter body: Makes of what was found what stays.
    func run<Output>(
        in session: TenantSession, _ body: (Found) throws(ServiceError) -> Output
    ) async throws(ServiceError) -> Output
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
        _ completion: @escaping (Result<Found, ServiceError>) -> Void
    ) -> StartedLookUp {
        let call = self.call(query, effect: .read)
        pool.submit(call, attempts: Attempts.maximum, hasPlace: hasPlace) { call, error in
            do throws(PostgresError) {
                if let error { throw error }
                try call.read { (rows) throws(DecodingFailure) in completion(.success(try read(rows))) }
            } catch {
                completion(.failure(ServiceError(error)))
            }
        }
        return StartedLookUp(call: call)
    }

    /// The same where what was found may say that something else is to be asked.
    /// - Parameters:
    ///   - read: Nil when it is.
    ///   - second: Begins it, with the same completion.
    func begin<Found>(
        _ query: some Query, _ read: @escaping (borrowing Rows) throws(DecodingFailure) -> Found?,
        otherwise second: @escaping () -> StartedLookUp,
        _ completion: @escaping (Result<Found, ServiceError>) -> Void
    ) -> StartedLookUp {
        let later = StartedLookUp.Second()
        var first = begin(query, read) { result in
            switch result {
            case .success(let found?): completion(.success(found))
            case .success(nil): later.lookUp = second()
            case .failure(let error): completion(.failure(error))
            }
        }
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
