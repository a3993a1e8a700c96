internal import CLibPQ

/// What went wrong last on a connection, in libpq's words, as one line.
func errorMessage(of connection: OpaquePointer) -> String {
    String(cString: PQerrorMessage(connection)).asOneLine
}

extension String {
    /// Its sentences one after the other, with single spaces where it has newlines, tabs and the like.
    var asOneLine: String {
        let lines = split(whereSeparator: \.isNewline).map { line in
            line.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        }
        return lines.filter { !$0.isEmpty }.reduce(into: "") { text, line in
            if text.last?.isPunctuation == false, line.first?.isUppercase == true { text += "." }
            text += text.isEmpty ? line : " \(line)"
        }
    }
}
