internal import AgentdCore
internal import Storage

/// Reads the `filter` of a list of agents, a part of the grammar of <https://google.aip.dev/160>:
///
///     filter = [ term { "AND" term } ]
///     term   = "agent_type" "=" NAME | "status" "=" NAME | "is_public" "=" ( "true" | "false" ) | "owner_id" "=" ID
///            | "name" "=" TEXT [ "*" ] | "name" ":" TEXT
///
/// A value is a word of letters, digits, "_", "-" and ".", or stands in quotes; in quotes `\"`, `\\` and `\*` stand for
/// the character itself. Each field may be asked for once. Columns are counted from 1, in Unicode scalars.
struct AgentFilterParser {
    /// Far more than a filter with every field takes.
    static let maximumBytes = 2_048

    struct Problem: Error, Equatable {
        let column: Int
        let description: String
    }

    private var scanner: FilterScanner
    private var filter = AgentQuery.Filter()
    private var seen: Set<String> = []

    private init(_ text: String) { scanner = FilterScanner(text) }

    static func parse(_ text: String) throws(Problem) -> AgentQuery.Filter {
        guard text.utf8.count <= maximumBytes else {
            throw Problem(column: 1, description: "the filter is longer than \(maximumBytes) bytes")
        }
        var parser = AgentFilterParser(text)
        parser.scanner.skipSpace()
        if parser.scanner.isAtEnd { return parser.filter }
        try parser.term()
        while true {
            parser.scanner.skipSpace()
            if parser.scanner.isAtEnd { return parser.filter }
            let problem = parser.scanner.problem("AND is expected between two terms")
            guard parser.scanner.word() == "AND" else { throw problem }
            try parser.term()
        }
    }

    private mutating func term() throws(Problem) {
        scanner.skipSpace()
        let column = scanner.column
        guard let field = scanner.word() else { throw scanner.problem("the name of a field is expected") }
        guard Self.fields.contains(field) else {
            throw Problem(
                column: column,
                description: "\(FieldViolations.quoted(field)) is no field to filter by; those are "
                    + Self.fields.joined(separator: ", "))
        }
        guard seen.insert(field).inserted else {
            throw Problem(column: column, description: "\(field) is asked for twice")
        }
        if try takesSubstring(field) {
            filter.name = .contains(try scanner.value().text)
        } else {
            try assign(field, try scanner.value())
        }
    }

    private static let fields = ["agent_type", "status", "is_public", "owner_id", "name"]

    /// Reads the operator: true for ":", false for "=".
    private mutating func takesSubstring(_ field: String) throws(Problem) -> Bool {
        scanner.skipSpace()
        if scanner.take("=") { return false }
        if field == "name", scanner.take(":") { return true }
        throw scanner.problem(field == "name" ? "= or : is expected" : "= is expected")
    }

    private mutating func assign(_ field: String, _ value: FilterScanner.Value) throws(Problem) {
        switch field {
        case "agent_type":
            filter.type = try Self.named(value, prefix: "AGENT_TYPE_", AgentType.allCases.map { ($0.databaseName, $0) })
        case "status":
            filter.status = try Self.named(
                value, prefix: "AGENT_STATUS_", AgentStatus.allCases.map { ($0.databaseName, $0) })
        case "is_public":
            guard value.text == "true" || value.text == "false" else {
                throw value.problem("true or false is expected")
            }
            filter.isPublic = value.text == "true"
        case "owner_id":
            guard let id = Int64(value.text), id > 0 else { throw value.problem("the id of a user is expected") }
            filter.ownerID = id
        default:
            filter.name = try Self.nameMatch(value)
        }
    }

    private static func named<E>(
        _ value: FilterScanner.Value, prefix: String, _ cases: [(name: String, value: E)]
    ) throws(Problem) -> E {
        let name = value.text.hasPrefix(prefix) ? String(value.text.dropFirst(prefix.count)) : value.text
        guard let match = cases.first(where: { $0.name.uppercased() == name }) else {
            let names = cases.map { $0.name.uppercased() }.joined(separator: ", ")
            throw value.problem("one of \(names) is expected")
        }
        return match.value
    }

    private static func nameMatch(_ value: FilterScanner.Value) throws(Problem) -> AgentQuery.NameMatch {
        guard let star = value.stars.first else { return .exactly(value.text) }
        guard star == value.text.unicodeScalars.count - 1 else {
            throw value.problem("* stands for the rest of a name and comes last; a * of the name itself is written \\*")
        }
        return .startsWith(String(value.text.unicodeScalars.dropLast()))
    }
}
