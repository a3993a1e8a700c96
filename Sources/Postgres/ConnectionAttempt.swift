internal import CLibPQ
internal import Glibc

/// Connects in bounded time, on a thread that may be blocked for short steps.
///
/// Looking up the name of a host comes on top: libpq asks the system's resolver, which has a bound of its own.
struct ConnectionAttempt {
    /// How soon it notices that it is to end.
    private static let stepMilliseconds: Int32 = 100
    /// Who is not heard for 30 s is asked three times, 10 s apart: an idle connection to a host that is gone ends after
    /// a minute, not after the hours of the system's defaults. What the connection string says has precedence.
    private static let defaults = [("keepalives_idle", "30"), ("keepalives_interval", "10"), ("keepalives_count", "3")]

    /// A libpq connection string or URL.
    let conninfo: String
    let applicationName: String
    let timeoutMilliseconds: Int

    /// What libpq is told, by its keywords.
    var entries: [(String, String)] {
        Self.defaults
            + [("dbname", conninfo), ("fallback_application_name", applicationName), ("client_encoding", "UTF8")]
    }

    /// - Parameters:
    ///   - verbosity: Of what libpq says when it fails.
    ///   - failed: Sees the PGconn that could not be connected before it is gone.
    /// - Returns: A PGconn that is connected and blocking; the caller owns it.
    func connect(
        until isCancelled: () -> Bool = { false }, verbosity: PGVerbosity = PQERRORS_DEFAULT,
        failed: (OpaquePointer) -> Void = { _ in }
    ) throws(PostgresError) -> OpaquePointer {
        let entries = entries
        let opened = withCStrings(entries.map(\.0)) { names in
            withCStrings(entries.map(\.1)) { PQconnectStartParams(names, $0, 1) }
        }
        guard let connection = opened else { throw .unavailable("out of memory") }
        do {
            PQsetNoticeProcessor(connection, { _, _ in }, nil)
            PQsetErrorVerbosity(connection, verbosity)
            try wait(for: connection, until: isCancelled)
            return connection
        } catch {
            failed(connection)
            PQfinish(connection)
            throw error
        }
    }

    private func wait(for connection: OpaquePointer, until isCancelled: () -> Bool) throws(PostgresError) {
        let end = MonotonicClock.now + UInt64(timeoutMilliseconds) * 1_000_000
        var wanted = PGRES_POLLING_WRITING
        while wanted != PGRES_POLLING_OK {
            if isCancelled() { throw .closed }
            guard wanted != PGRES_POLLING_FAILED, PQstatus(connection) != CONNECTION_BAD else {
                throw .unavailable(errorMessage(of: connection))
            }
            let now = MonotonicClock.now
            guard now < end else { throw .unavailable("no connection within \(timeoutMilliseconds) ms") }
            let events = Int16(wanted == PGRES_POLLING_READING ? POLLIN : POLLOUT)
            var descriptor = pollfd(fd: PQsocket(connection), events: events, revents: 0)
            let milliseconds = min(Self.stepMilliseconds, Int32(clamping: (end - now) / 1_000_000 + 1))
            if poll(&descriptor, 1, milliseconds) != 0 { wanted = PQconnectPoll(connection) }
        }
    }
}
