/// What is wrong with a filter, and where: columns are counted from 1, in Unicode scalars.
struct FilterProblem: Error, Equatable {
    let column: Int
    let description: String
}

enum FilterOperator: String {
    case equals = "="
    /// Holds the text somewhere.
    case has = ":"
    case atLeast = ">="
    case below = "<"
}

/// A field that a list can be filtered by, and how.
struct FilterField {
    let name: String
    let operators: [FilterOperator]

    init(_ name: String, _ operators: FilterOperator...) {
        self.name = name
        self.operators = operators
    }
}

/// Reads the `filter` of a list, a part of the grammar of <https://google.aip.dev/160>:
///
///     filter = [ term { "AND" term } ]
///     term   = FIELD OPERATOR value
///     value  = WORD [ "*" ] | TEXT
///
/// A value is a word of letters, digits and "_", "-", ".", ":", "+", "@", or stands in quotes; in quotes `\"`, `\\` and
/// `\*` stand for the character itself. Each field may be asked for once, and one with an order once from each side.
struct FilterTerms {
    /// Far more than a filter with every field takes.
    static let maximumBytes = 2_048

    struct Term {
        let field: String
        let comparison: FilterOperator
        let value: FilterScanner.Value
    }

    private let fields: [FilterField]
    private var scanner: FilterScanner
    private var terms: [Term] = []
    private var seen: Set<String> = []

    /// The terms of a filter, in its order.
    static func parse(_ text: String, fields: [FilterField]) throws(FilterProblem) -> [Term] {
        guard text.utf8.count <= maximumBytes else {
            throw FilterProblem(column: 1, description: "the filter is longer than \(maximumBytes) bytes")
        }
        var parser = FilterTerms(fields: fields, scanner: FilterScanner(text))
        parser.scanner.skipSpace()
        if parser.scanner.isAtEnd { return [] }
        try parser.term()
        while true {
            parser.scanner.skipSpace()
            if parser.scanner.isAtEnd { return parser.terms }
            let problem = parser.scanner.problem("AND is expected between two terms")
            guard parser.scanner.word() == "AND" else { throw problem }
            try parser.term()
        }
    }

    private mutating func term() throws(FilterProblem) {
        scanner.skipSpace()
        let column = scanner.column
        guard let name = scanner.word() else { throw scanner.problem("the name of a field is expected") }
        guard let field = fields.first(where: { $0.name == name }) else {
            throw FilterProblem(
                column: column,
                description: "\(FieldViolations.quoted(name)) is no field to filter by; those are "
                    + fields.map(\.name).joined(separator: ", "))
        }
        let comparison = try comparison(of: field)
        let side = [.atLeast, .below].contains(comparison) ? comparison.rawValue : ""
        guard seen.insert(name + side).inserted else {
            throw FilterProblem(column: column, description: "\(name) is asked for twice")
        }
        terms.append(Term(field: name, comparison: comparison, value: try scanner.value()))
    }

    private mutating func comparison(of field: FilterField) throws(FilterProblem) -> FilterOperator {
        scanner.skipSpace()
        for comparison in field.operators where scanner.take(comparison.rawValue) { return comparison }
        let expected = field.operators.map(\.rawValue).joined(separator: " or ")
        throw scanner.problem("\(expected) is expected")
    }
}
