internal import CLibPQ
internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// Opens connections on a thread of its own: looking up a name blocks, and so does the arithmetic of SCRAM. It waits in
/// short steps, so that it ends soon after it is told to.
final class ConnectionOpener: Sendable {
    /// A PGconn on its way from the opener's thread to its loop.
    ///
    /// Unchecked: it has one owner at a time, and handing it over is the last thing the thread does with it.
    struct Opened: @unchecked Sendable {
        let connection: OpaquePointer
    }

    private let attempt: ConnectionAttempt
    private let session: String
    private let threads = NIOThreadPool(numberOfThreads: 1)
    private let isClosed = Atomic(false)

    init(_ configuration: PostgresPool.Configuration) {
        attempt = ConnectionAttempt(
            conninfo: configuration.conninfo, applicationName: configuration.applicationName,
            timeoutMilliseconds: configuration.connectTimeoutMilliseconds)
        // jit compiles for longer than these statements run. row_security is what isolates: never off. A statement
        // behind one that took a lock must see what was committed before the lock was had: that is READ COMMITTED.
        // enable_seqscan: a plan is kept, and one that was made for a table that is empty, as a queue mostly is, would
        // read all of it for as long as the connection lasts. Every statement has an index, or another way to its rows.
        session = """
            SET statement_timeout = \(configuration.statementTimeoutMilliseconds);
            SET idle_in_transaction_session_timeout = \(configuration.statementTimeoutMilliseconds);
            SET jit = off;
            SET row_security = on;
            SET enable_seqscan = off;
            SET default_transaction_isolation = 'read committed';
            """
        threads.start()
    }

    /// Ready for a pipeline.
    func open(on eventLoop: any EventLoop) -> EventLoopFuture<Result<Opened, PostgresError>> {
        threads.runIfActive(eventLoop: eventLoop) { self.open() }
            .flatMapErrorThrowing { _ in .failure(.closed) }
    }

    func close() async {
        isClosed.store(true, ordering: .relaxed)
        try? await threads.shutdownGracefully()
    }

    private func open() -> Result<Opened, PostgresError> {
        do throws(PostgresError) {
            let connection = try attempt.connect { isClosed.load(ordering: .relaxed) }
            do {
                try prepareSession(connection)
            } catch {
                PQfinish(connection)
                throw error
            }
            return .success(Opened(connection: connection))
        } catch {
            return .failure(error)
        }
    }

    private func prepareSession(_ connection: OpaquePointer) throws(PostgresError) {
        let result = PQexec(connection, session)
        defer { PQclear(result) }
        guard PQresultStatus(result) == PGRES_COMMAND_OK, PQsetnonblocking(connection, 1) == 0,
            PQenterPipelineMode(connection) == 1
        else { throw .unavailable(errorMessage(of: connection)) }
    }
}
