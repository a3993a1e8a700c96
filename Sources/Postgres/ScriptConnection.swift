internal import CLibPQ

/// A connection for commands that run before there is an event loop: migrations and proofs. It blocks its thread, so
/// the serving path never uses it. Owns its PGconn.
package struct ScriptConnection: ~Copyable {
    /// What went wrong, with the SQLSTATE when PostgreSQL said so.
    package struct Failure: Error, CustomStringConvertible, Sendable {
        package let sqlState: String?
        package let message: String
        /// More about it, perhaps in several lines; such as what depends on what.
        package var detail: String?

        package var description: String { sqlState.map { "\(message) (SQLSTATE \($0))" } ?? message }
    }

    private let connection: OpaquePointer

    /// - Parameter conninfo: A libpq connection string or URL.
    package init(conninfo: String, applicationName: String = "agentd") throws(Failure) {
        let names = ["dbname", "fallback_application_name", "connect_timeout", "client_encoding"]
        let values = [conninfo, applicationName, "10", "UTF8"]
        let opened = withCStrings(names) { names in withCStrings(values) { PQconnectdbParams(names, $0, 1) } }
        guard let opened else { throw Failure(sqlState: nil, message: "out of memory") }
        guard PQstatus(opened) == CONNECTION_OK else {
            defer { PQfinish(opened) }
            throw Failure(sqlState: nil, message: errorMessage(of: opened))
        }
        PQsetNoticeProcessor(opened, { _, _ in }, nil)
        connection = opened
    }

    deinit { PQfinish(connection) }

    /// Runs a script of any number of statements; without a transaction of its own in it, all or none.
    package borrowing func execute(_ script: String) throws(Failure) {
        let result = PQexec(connection, script)
        defer { PQclear(result) }
        try check(result)
    }

    /// Runs one statement and answers its rows as text.
    package borrowing func rows(_ sql: String, _ parameters: [String?] = []) throws(Failure) -> [[String?]] {
        let result = withOptionalCStrings(parameters) {
            PQexecParams(connection, sql, Int32(parameters.count), nil, $0, nil, nil, 0)
        }
        defer { PQclear(result) }
        try check(result)
        return (0..<PQntuples(result)).map { row in
            (0..<PQnfields(result)).map { column in
                PQgetisnull(result, row, column) == 1 ? nil : String(cString: PQgetvalue(result, row, column))
            }
        }
    }

    private borrowing func check(_ result: OpaquePointer?) throws(Failure) {
        switch PQresultStatus(result) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY:
            return
        default:
            let state = PQresultErrorField(result, Int32(UInt8(ascii: "C"))).map { String(cString: $0) }
            let primary = PQresultErrorField(result, Int32(UInt8(ascii: "M"))).map { String(cString: $0) }
            let detail = PQresultErrorField(result, Int32(UInt8(ascii: "D"))).map { String(cString: $0) }
            throw Failure(sqlState: state, message: primary ?? errorMessage(of: connection), detail: detail)
        }
    }
}
