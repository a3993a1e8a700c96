internal import CLibPQ

/// What went wrong last on a connection, in libpq's words.
func errorMessage(of connection: OpaquePointer) -> String {
    String(cString: PQerrorMessage(connection)).trimmingNewlines
}
