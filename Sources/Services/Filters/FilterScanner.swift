/// Cuts a filter into words, operators and values.
struct FilterScanner {
    /// The right side of a term.
    struct Value {
        let text: String
        /// Where in `text`, in Unicode scalars, a "*" stands that was not escaped.
        let stars: [Int]
        let column: Int

        func problem(_ description: String) -> AgentFilterParser.Problem {
            AgentFilterParser.Problem(column: column, description: description)
        }
    }

    private let scalars: [Unicode.Scalar]
    private var position = 0

    init(_ text: String) { scalars = Array(text.unicodeScalars) }

    /// Where the scanner stands, counted from 1.
    var column: Int { position + 1 }
    var isAtEnd: Bool { position == scalars.count }

    func problem(_ description: String) -> AgentFilterParser.Problem {
        AgentFilterParser.Problem(column: column, description: description)
    }

    mutating func skipSpace() {
        while !isAtEnd, scalars[position].properties.isWhitespace { position += 1 }
    }

    mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard !isAtEnd, scalars[position] == scalar else { return false }
        position += 1
        return true
    }

    /// Letters, digits, "_", "-" and "."; nil, without moving, when something else stands here.
    mutating func word() -> String? {
        let word = scalars[position...].prefix(while: Self.belongsToWord)
        guard !word.isEmpty else { return nil }
        position = word.endIndex
        return String(String.UnicodeScalarView(word))
    }

    private static func belongsToWord(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "_", "-", ".": true
        default: false
        }
    }

    mutating func value() throws(AgentFilterParser.Problem) -> Value {
        skipSpace()
        let column = column
        if take("\"") { return try quotedValue(from: column) }
        guard var text = word() ?? (!isAtEnd && scalars[position] == "*" ? "" : nil) else {
            throw problem("a value is expected")
        }
        guard take("*") else { return Value(text: text, stars: [], column: column) }
        text.append("*")
        return Value(text: text, stars: [text.unicodeScalars.count - 1], column: column)
    }

    private mutating func quotedValue(from column: Int) throws(AgentFilterParser.Problem) -> Value {
        var text = String.UnicodeScalarView()
        var stars: [Int] = []
        while !isAtEnd {
            let scalar = scalars[position]
            position += 1
            switch scalar {
            case "\"":
                return Value(text: String(text), stars: stars, column: column)
            case "\\":
                guard !isAtEnd, ["\"", "\\", "*"].contains(scalars[position]) else {
                    throw problem("after \\ only \", \\ or * may stand")
                }
                text.append(scalars[position])
                position += 1
            case "*":
                stars.append(text.count)
                text.append(scalar)
            default:
                text.append(scalar)
            }
        }
        throw AgentFilterParser.Problem(column: column, description: "the quotes are not closed")
    }
}
