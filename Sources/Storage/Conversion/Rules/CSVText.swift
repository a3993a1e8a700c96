/// Comma-separated values as RFC 4180 has them; also with lines that begin with "#", which are left out.
enum CSVText {
    /// The records with the number of the line on which each begins.
    /// - Throws: When a quote is not closed, or something follows one.
    static func records(_ text: String) throws(ConversionFailure) -> [(line: Int, fields: [String])] {
        var records: [(line: Int, fields: [String])] = []
        var reader = Reader(text)
        while let record = try reader.next() {
            let isBlank = record.fields.count == 1 && record.fields[0].allSatisfy(\.isWhitespace)
            if !isBlank, record.fields[0].first != "#" { records.append(record) }
        }
        return records
    }

    private struct Reader {
        private var rest: Substring.UnicodeScalarView
        private var line = 1

        init(_ text: String) { rest = text.replacing("\r\n", with: "\n")[...].unicodeScalars }

        mutating func next() throws(ConversionFailure) -> (line: Int, fields: [String])? {
            guard !rest.isEmpty else { return nil }
            let start = line
            var fields: [String] = []
            while true {
                fields.append(try field())
                guard let separator = rest.popFirst() else { break }
                if separator == "\n" {
                    line += 1
                    break
                }
            }
            return (start, fields)
        }

        /// Up to the comma or the end of the line, which stay.
        private mutating func field() throws(ConversionFailure) -> String {
            guard rest.first == "\"" else {
                let end = rest.firstIndex { $0 == "," || $0 == "\n" } ?? rest.endIndex
                defer { rest = rest[end...] }
                return String(rest[..<end])
            }
            let start = line
            rest.removeFirst()
            var text = String.UnicodeScalarView()
            while let scalar = rest.popFirst() {
                if scalar == "\n" { line += 1 }
                guard scalar == "\"" else {
                    text.append(scalar)
                    continue
                }
                if rest.first == "\"" {
                    text.append(rest.removeFirst())
                    continue
                }
                guard rest.isEmpty || rest.first == "," || rest.first == "\n" else {
                    throw .refused(
                        "line \(line): after the closing quote comes neither a comma nor the end of the line")
                }
                return String(text)
            }
            throw .refused("line \(start): a quote is not closed")
        }
    }
}
