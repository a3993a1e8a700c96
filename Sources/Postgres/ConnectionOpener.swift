internal import CLibPQ
internal import Glibc
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

    private static let stepMilliseconds: Int32 = 100

    private let conninfo: String
    private let applicationName: String
    private let session: String
    private let timeoutMilliseconds: Int
    private let threads = NIOThreadPool(numberOfThreads: 1)
    private let isClosed = Atomic(false)

    init(_ configuration: PostgresPool.Configuration) {
        conninfo = configuration.conninfo
        applicationName = configuration.applicationName
        timeoutMilliseconds = configuration.connectTimeoutMilliseconds
        // jit compiles for longer than these statements run. row_security is what isolates: never off.
        session = """
            SET statement_timeout = \(configuration.statementTimeoutMilliseconds);
            SET idle_in_transaction_session_timeout = \(configuration.statementTimeoutMilliseconds);
            SET jit = off;
            SET row_security = on;
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
        let names = ["dbname", "fallback_application_name", "client_encoding"]
        let opened = withCStrings(names) { names in
            withCStrings([conninfo, applicationName, "UTF8"]) { PQconnectStartParams(names, $0, 1) }
        }
        guard let connection = opened else { return .failure(.unavailable("out of memory")) }
        do throws(PostgresError) {
            PQsetNoticeProcessor(connection, { _, _ in }, nil)
            try waitUntilConnected(connection)
            try prepareSession(connection)
            return .success(Opened(connection: connection))
        } catch {
            PQfinish(connection)
            return .failure(error)
        }
    }

    private func waitUntilConnected(_ connection: OpaquePointer) throws(PostgresError) {
        let start = MonotonicClock.now
        var wanted = PGRES_POLLING_WRITING
        while wanted != PGRES_POLLING_OK {
            if isClosed.load(ordering: .relaxed) { throw .closed }
            guard wanted != PGRES_POLLING_FAILED, PQstatus(connection) != CONNECTION_BAD else {
                throw .unavailable(message(of: connection))
            }
            guard MonotonicClock.now - start < UInt64(timeoutMilliseconds) * 1_000_000 else {
                throw .unavailable("no connection within \(timeoutMilliseconds) ms")
            }
            let events = Int16(wanted == PGRES_POLLING_READING ? POLLIN : POLLOUT)
            var descriptor = pollfd(fd: PQsocket(connection), events: events, revents: 0)
            if poll(&descriptor, 1, Self.stepMilliseconds) != 0 { wanted = PQconnectPoll(connection) }
        }
    }

    private func prepareSession(_ connection: OpaquePointer) throws(PostgresError) {
        let result = PQexec(connection, session)
        defer { PQclear(result) }
        guard PQresultStatus(result) == PGRES_COMMAND_OK, PQsetnonblocking(connection, 1) == 0,
            PQenterPipelineMode(connection) == 1
        else { throw .unavailable(message(of: connection)) }
    }

    private func message(of connection: OpaquePointer) -> String {
        String(cString: PQerrorMessage(connection)).trimmingNewlines
    }
}
