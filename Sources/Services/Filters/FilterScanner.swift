/// Cuts a filter into words, operators and values.
struct FilterScanner {
    /// The right side of a term.
    struct Value {
        let text: String
        /// Where in `text`, in Unicode scalars, a "*" stands that was not escaped.
        let stars: [Int]
        let column: Int

        func problem(_ description: String) -> FilterProblem {
            FilterProblem(column: column, description: description)
        }
    }

    private let scalars: [Unicode.Scalar]
    private var position = 0

    init(_ text: String) { scalars = Array(text.unicodeScalars) }

    /// Where the scanner stands, counted from 1.
    var column: Int { position + 1 }
    var isAtEnd: Bool { position == scalars.count }

    func problem(_ description: String) -> FilterProblem {
        FilterProblem(column: column, description: description)
    }

    mutating func skipSpace() {
        while !isAtEnd, scalars[position].properties.isWhitespace { position += 1 }
    }

    /// Takes an operator.
    mutating func take(_ text: String) -> Bool {
        guard scalars[position...].starts(with: text.unicodeScalars) else { return false }
        position += text.unicodeScalars.count
        return true
    }

    /// Letters, digits, "_", "-" and "."; nil, without moving, when something else stands here.
    mutating func word() -> String? { take(while: Self.belongsToWord) }

    private mutating func take(while belongs: (Unicode.Scalar) -> Bool) -> String? {
        let word = scalars[position...].prefix(while: belongs)
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

    /// So that times and emails need no quotes.
    private static func belongsToValue(_ scalar: Unicode.Scalar) -> Bool {
        belongsToWord(scalar) || [":", "+", "@"].contains(scalar)
    }

    mutating func value() throws(FilterProblem) -> Value {
        skipSpace()
        let column = column
        if take("\"") { return try quotedValue(from: column) }
        guard var text = take(while: Self.belongsToValue) ?? (!isAtEnd && scalars[position] == "*" ? "" : nil) else {
            throw problem("a value is expected")
        }
        guard take("*") else { return Value(text: text, stars: [], column: column) }
        text.append("*")
        return Value(text: text, stars: [text.unicodeScalars.count - 1], column: column)
    }

    private mutating func quotedValue(from column: Int) throws(FilterProblem) -> Value {
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
        throw FilterProblem(column: column, description: "the quotes are not closed")
    }
}
