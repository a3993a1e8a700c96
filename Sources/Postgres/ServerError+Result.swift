internal import CLibPQ

extension ServerError {
    /// Of a result that reports an error.
    init(result: OpaquePointer) {
        func field(_ code: Character) -> String? {
            PQresultErrorField(result, Int32(code.asciiValue ?? 0)).map { String(cString: $0) }
        }
        // PG_DIAG_SQLSTATE, PG_DIAG_MESSAGE_PRIMARY, PG_DIAG_CONSTRAINT_NAME and PG_DIAG_SOURCE_FUNCTION of libpq.
        self.init(
            sqlState: field("C") ?? "XX000", message: field("M") ?? "the server gave no message",
            constraint: field("n"),
            sourceFunction: field("R"))
    }
}
