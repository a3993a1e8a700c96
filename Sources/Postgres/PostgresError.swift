/// Why a statement has no answer.
package enum PostgresError: Error, Sendable, Equatable {
    /// PostgreSQL refused it; nothing of its segment was kept.
    case server(ServerError)
    /// The connection ended before the answer came.
    /// - Parameter sent: Whether it may have had an effect: a write that was sent and not answered.
    case connectionLost(sent: Bool)
    /// More calls wait than the pool lets wait.
    case queueFull
    /// It waited longer than the pool lets a call wait. It was not sent.
    case queueTimeout
    case deadlineExceeded
    case cancelled
    /// The pool is closed.
    case closed
    /// No connection can be had; why, in words for the log.
    case unavailable(String)
    /// The answer is not what the statement expects: a bug, or a schema that this version does not know.
    case decoding(String)
}

/// An error that PostgreSQL reported.
package struct ServerError: Error, Sendable, Equatable {
    /// Five characters; see <https://www.postgresql.org/docs/15/errcodes-appendix.html>.
    package let sqlState: String
    package let message: String
    package let constraint: String?
    /// The function of the server's source that raised it; the same in every language of messages.
    let sourceFunction: String?

    package init(sqlState: String, message: String, constraint: String? = nil, sourceFunction: String? = nil) {
        self.sqlState = sqlState
        self.message = message
        self.constraint = constraint
        self.sourceFunction = sourceFunction
    }

    /// The prepared statement is no longer what was prepared: the schema changed, or the statement is gone. Preparing
    /// it again mends it.
    var asksForPreparation: Bool {
        sqlState == "26000" || (sqlState == "0A000" && sourceFunction == "RevalidateCachedQuery")
    }

    /// The server stopped working on it, because it took too long or because somebody asked for that.
    var isCancellation: Bool { sqlState == "57014" }

    /// The server behind this connection takes no writes any more: it became a standby.
    var retiresConnection: Bool { sqlState == "25006" }
}
