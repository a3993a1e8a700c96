internal import CLibPQ
internal import Glibc

/// A connection that listens to one channel (LISTEN), for a thread of its own, which it blocks for bounded times. Once
/// it has thrown it is of no use any more. Owns its PGconn.
package struct NotificationConnection: ~Copyable {
    package enum Failure: Error, Sendable, CustomStringConvertible {
        /// The connection could not be had, has ended or was refused something.
        case lost(String)
        /// The server did not answer in time.
        case silent(String)

        package var description: String {
            switch self {
            case .lost(let reason), .silent(let reason): reason
            }
        }
    }

    package struct Notification: Sendable, Equatable {
        package let payload: String
        /// Whether this connection sent it.
        package let isOwn: Bool

        package init(payload: String, isOwn: Bool) {
            self.payload = payload
            self.isOwn = isOwn
        }
    }

    private let connection: OpaquePointer
    private let channel: String
    /// How long the server may take for anything.
    private let timeoutMilliseconds: Int

    /// Connects and listens; each of the two in the time given.
    /// - Parameter conninfo: A libpq connection string or URL.
    package init(
        conninfo: String, channel: String, applicationName: String, timeoutMilliseconds: Int
    ) throws(Failure) {
        let opened = try Self.open(conninfo, applicationName, timeoutMilliseconds)
        do {
            let channel = try Self.quoted(channel, for: opened, PQescapeIdentifier)
            try Self.run("LISTEN \(channel)", on: opened, timeoutMilliseconds)
        } catch {
            PQfinish(opened)
            throw error
        }
        connection = opened
        self.channel = channel
        self.timeoutMilliseconds = timeoutMilliseconds
    }

    deinit { PQfinish(connection) }

    /// What came, which may be nothing; waits for at most so long.
    package borrowing func wait(milliseconds: Int) throws(Failure) -> [Notification] {
        let end = Self.end(ofMilliseconds: milliseconds)
        while true {
            let notifications = received()
            guard notifications.isEmpty else { return notifications }
            guard try Self.waitForSocket(of: connection, POLLIN, until: end) else { return [] }
        }
    }

    /// Notifies everybody who listens to the channel, this connection too. Notifications that come meanwhile are kept
    /// for `wait`.
    /// - Parameter payload: Less than 8,000 bytes.
    package borrowing func notify(payload: String) throws(Failure) {
        let channel = try Self.quoted(channel, for: connection, PQescapeIdentifier)
        let payload = try Self.quoted(payload, for: connection, PQescapeLiteral)
        try Self.run("NOTIFY \(channel), \(payload)", on: connection, timeoutMilliseconds)
    }

    private borrowing func received() -> [Notification] {
        var notifications: [Notification] = []
        while let notification = PQnotifies(connection) {
            notifications.append(
                Notification(
                    payload: String(cString: notification.pointee.extra),
                    isOwn: notification.pointee.be_pid == PQbackendPID(connection)))
            PQfreemem(notification)
        }
        return notifications
    }
}

// MARK: On a connection that may not be this value's yet

extension NotificationConnection {
    private static func open(
        _ conninfo: String, _ applicationName: String, _ timeoutMilliseconds: Int
    ) throws(Failure) -> OpaquePointer {
        let attempt = ConnectionAttempt(
            conninfo: conninfo, applicationName: applicationName, timeoutMilliseconds: timeoutMilliseconds)
        do throws(PostgresError) {
            let opened = try attempt.connect()
            // Otherwise sending, and even the farewell of PQfinish, waits for ever for a server that takes no bytes.
            PQsetnonblocking(opened, 1)
            return opened
        } catch {
            if case .unavailable(let reason) = error { throw .lost(reason) }
            throw .lost("\(error)")
        }
    }

    /// A name or a text as it stands in a statement.
    private static func quoted(
        _ text: String, for connection: OpaquePointer,
        _ quote: (OpaquePointer, UnsafePointer<CChar>, Int) -> UnsafeMutablePointer<CChar>?
    ) throws(Failure) -> String {
        guard let quoted = text.withCString({ quote(connection, $0, text.utf8.count) }) else {
            throw .lost(errorMessage(of: connection))
        }
        defer { PQfreemem(quoted) }
        return String(cString: quoted)
    }

    /// Sends one command and waits for its end.
    private static func run(
        _ command: String, on connection: OpaquePointer, _ timeoutMilliseconds: Int
    ) throws(Failure) {
        let end = end(ofMilliseconds: timeoutMilliseconds)
        guard PQsendQuery(connection, command) == 1 else { throw .lost(errorMessage(of: connection)) }
        var refusal: Failure?
        while true {
            let unsent = PQflush(connection)
            guard unsent >= 0 else { throw .lost(errorMessage(of: connection)) }
            guard unsent == 0, PQisBusy(connection) == 0 else {
                guard try waitForSocket(of: connection, unsent == 0 ? POLLIN : POLLIN | POLLOUT, until: end) else {
                    throw .silent("the server did not answer within \(timeoutMilliseconds) ms")
                }
                continue
            }
            guard let result = PQgetResult(connection) else { break }
            if PQresultStatus(result) != PGRES_COMMAND_OK { refusal = .lost(errorMessage(of: connection)) }
            PQclear(result)
        }
        if let refusal { throw refusal }
    }

    /// Waits for the socket and reads what came.
    /// - Returns: Whether something happened before the end.
    private static func waitForSocket(
        of connection: OpaquePointer, _ events: Int32, until end: UInt64
    ) throws(Failure) -> Bool {
        // One that has ended has no socket, and would be waited for in vain.
        guard PQstatus(connection) == CONNECTION_OK else { throw .lost(errorMessage(of: connection)) }
        let now = MonotonicClock.now
        let milliseconds = end > now ? (end - now) / 1_000_000 + 1 : 0
        var descriptor = pollfd(fd: PQsocket(connection), events: Int16(events), revents: 0)
        let ready = poll(&descriptor, 1, Int32(clamping: milliseconds))
        // A signal may have ended it early.
        guard ready > 0 else { return ready < 0 && end > now }
        guard PQconsumeInput(connection) == 1 else { throw .lost(errorMessage(of: connection)) }
        return true
    }

    private static func end(ofMilliseconds milliseconds: Int) -> UInt64 {
        MonotonicClock.now + UInt64(max(0, milliseconds)) * 1_000_000
    }
}
