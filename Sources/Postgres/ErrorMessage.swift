internal import CLibPQ

/// What went wrong last on a connection, in libpq's words, as one line.
func errorMessage(of connection: OpaquePointer) -> String {
    String(cString: PQerrorMessage(connection)).asOneLine
}

extension String {
    /// With single spaces where it has newlines, tabs and the like.
    var asOneLine: String { split(whereSeparator: \.isWhitespace).joined(separator: " ") }
}
