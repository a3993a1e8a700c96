internal import AgentdCore
internal import Postgres
internal import Synchronization

/// Makes the SQL of one page of a list of rows `r`, read by key and never by offset. Values are always parameters; the
/// shape of the text depends only on which conditions there are, so that the number of prepared statements is bounded.
struct PageText {
    enum Value {
        case tenant(TenantID)
        case number(Int64)
        case text(String)
        case flag(Bool)
        case time(Timestamp)

        var type: ParameterType {
            switch self {
            case .tenant: .uuid
            case .number: .int8
            case .text: .text
            case .flag: .bool
            case .time: .timestamptz
            }
        }

        func bind(to parameters: inout Parameters) {
            switch self {
            case .tenant(let id): parameters.append(id)
            case .number(let number): parameters.append(int8: number)
            case .text(let text): parameters.append(text: text)
            case .flag(let flag): parameters.append(bool: flag)
            case .time(let time): parameters.append(timestamptz: time.microseconds)
            }
        }
    }

    /// Text of a page; with what a message adds to it, a page stays below a message's default limit.
    fileprivate static let textBytes = 768 * 1_024
    /// What a row weighs besides its texts.
    private static let rowBytes = 256

    /// Those that were made, by their name: of each shape there is one.
    private static let lists = Mutex<[String: PageQuery.List]>([:])

    private let pageSize: Int
    /// The first is the page size.
    private var values: [Value]
    /// About `r`, each with a `?` for each of the values that it takes.
    private var conditions: [String] = []
    private var shape = ""

    init(pageSize: Int) {
        self.pageSize = pageSize
        values = [.number(Int64(pageSize))]
    }

    /// - Parameters:
    ///   - mark: Stands for the condition in the statement's name; no two conditions of a list have the same.
    ///   - condition: About `r`; each `?` stands for the next of the values.
    mutating func add(_ mark: String, _ condition: String, _ values: Value...) {
        shape += mark
        conditions.append(condition)
        self.values.append(contentsOf: values)
    }

    /// - Parameters:
    ///   - name: Of the list in its order; together with the conditions it makes out the text.
    ///   - isLookUp: Whether an index holds what the list does, in its order, and the page is small.
    ///   - table: Of the same name always the same.
    func query(_ name: String, isLookUp: Bool = false, _ table: @autoclosure () -> PageTable) -> PageQuery {
        query(named: "\(name)_\(shape)\(isLookUp ? "_few" : "")", values, looksUp: isLookUp, table, sql)
    }

    /// The same for a page of few rows, one more of which would still fit together whatever each weighs: PostgreSQL
    /// takes two thirds of the time when it need not add that up. NULL stands for a text that is longer than its share
    /// of its row, and then there is no `shortPage`.
    func shortQuery(_ name: String, _ table: @autoclosure () -> PageTable) -> PageQuery {
        query(
            named: "\(name)_\(shape)_short", values + [.number(Int64(Self.textBytes / (pageSize + 1)))], looksUp: true,
            table, shortSQL)
    }

    private func query(
        named name: String, _ values: [Value], looksUp: Bool, _ table: () -> PageTable, _ sql: (PageTable) -> String
    ) -> PageQuery {
        if let list = Self.lists.withLock({ $0[name] }) {
            return PageQuery(list: list, values: values, pageSize: pageSize)
        }
        let table = table()
        let (sql, types) = (sql(table), values.map(\.type))
        let text = looksUp ? StatementText.lookUp(name, sql, types) : StatementText(name, sql, types)
        let list = PageQuery.List(text: text, table: table)
        Self.lists.withLock { $0[name] = list }
        return PageQuery(list: list, values: values, pageSize: pageSize)
    }

    /// One row more than the page is read, to know whether there is another page. Of what would make the page too large
    /// for one message two rows are sent at most: the one that is too much, and, if that is the first, which a page has
    /// whatever it weighs, the one that tells that there is another page.
    private func sql(of table: PageTable) -> String {
        let bytes = table.texts.map { "coalesce(octet_length(r.\($0)::text), 0)" }.joined(separator: " + ")
        return """
            SELECT \(table.columns.map { "r.\($0)" }.joined(separator: ", ")), r.weight FROM (
                SELECT r.*, sum(r.weight) OVER (
                        ORDER BY \(table.order) ROWS BETWEEN UNBOUNDED PRECEDING AND 2 PRECEDING) AS before
                FROM (
                    SELECT r.*, \(Self.rowBytes) + \(bytes) AS weight FROM \(table.name) AS r WHERE \(condition)
                    ORDER BY \(table.order) LIMIT $1 + 1
                ) AS r
            ) AS r
            WHERE coalesce(r.before, 0) <= \(Self.textBytes)
            ORDER BY \(table.order)
            """
    }

    /// Its last parameter is how many bytes a row may have; each of its texts has its share of them.
    private func shortSQL(of table: PageTable) -> String {
        let limit = "$\(values.count + 1)"
        let shares = table.shares.values.reduce(0, +)
        let columns = table.columns.map { column in
            guard table.texts.contains(column), let share = table.shares[column] else { return "r.\(column)" }
            let bytes = "octet_length(r.\(column)::text)"
            return "CASE WHEN \(bytes) * \(shares) <= \(limit) * \(share) THEN r.\(column) END"
        }
        return """
            SELECT \(columns.joined(separator: ", ")) FROM \(table.name) AS r WHERE \(condition)
            ORDER BY \(table.order) LIMIT $1 + 1
            """
    }

    /// All of them, with the number of a parameter in the place of each `?`.
    private var condition: String {
        var next = 1
        let text = conditions.joined(separator: " AND ").split(separator: "?", omittingEmptySubsequences: false)
            .reduce(into: "") { text, part in
                if next > 1 { text += "$\(next)" }
                next += 1
                text += part
            }
        precondition(next == values.count + 1, "The conditions of a list have another number of values.")
        return text
    }
}

/// What a list is read from.
struct PageTable {
    let name: String
    let columns: [String]
    /// Those of them that may be long; where a page may be a `shortPage`, none of them is ever NULL.
    let texts: [String]
    /// How the texts of a short row share its bytes.
    var shares: [String: Int] = [:]
    /// As SQL about `r`, so that no two rows are equal.
    let order: String
}

/// One page of a list.
package struct Page<Row> {
    package let rows: [Row]
    /// Whether there is a page behind it.
    package let hasMore: Bool
}

extension Page: Sendable where Row: Sendable {}

/// One page of a list as it is asked for; `PageText` made its text.
struct PageQuery: Query {
    fileprivate struct List {
        let text: StatementText
        /// Where each row says what it weighs, unless it is short.
        let weightColumn: Int
        /// Where its texts are.
        let textColumns: [Int]

        init(text: StatementText, table: PageTable) {
            self.text = text
            weightColumn = table.columns.count
            textColumns = table.columns.indices.filter { table.texts.contains(table.columns[$0]) }
        }
    }

    fileprivate let list: List
    fileprivate let values: [PageText.Value]
    fileprivate let pageSize: Int

    var text: StatementText { list.text }

    func bind(to parameters: inout Parameters) {
        for value in values { value.bind(to: &parameters) }
    }

    /// The rows of the page: those that were asked for and fit.
    func page<Row>(
        _ rows: borrowing Rows, _ row: (borrowing Rows, _ row: Int) throws(DecodingFailure) -> Row
    ) throws(DecodingFailure) -> Page<Row> {
        var page: [Row] = []
        page.reserveCapacity(rows.count)
        var bytes = 0
        for place in 0..<min(rows.count, pageSize) {
            bytes += Int(try rows.int4(place, list.weightColumn))
            guard place == 0 || bytes <= PageText.textBytes else { break }
            page.append(try row(rows, place))
        }
        return Page(rows: page, hasMore: rows.count > page.count)
    }

    /// The same of a `shortQuery`; nil when a row is not short.
    func shortPage<Row>(
        _ rows: borrowing Rows, _ row: (borrowing Rows, _ row: Int) throws(DecodingFailure) -> Row
    ) throws(DecodingFailure) -> Page<Row>? {
        var page: [Row] = []
        page.reserveCapacity(rows.count)
        for place in 0..<min(rows.count, pageSize) {
            for column in list.textColumns where try rows.isNull(place, column) { return nil }
            page.append(try row(rows, place))
        }
        return Page(rows: page, hasMore: rows.count > page.count)
    }
}

/// Reads a page whose rows stay.
struct PageStatement<Row: Sendable>: Statement {
    let query: PageQuery
    let row: @Sendable (borrowing Rows, _ row: Int) throws(DecodingFailure) -> Row

    var text: StatementText { query.text }

    func bind(to parameters: inout Parameters) { query.bind(to: &parameters) }

    func decode(_ rows: borrowing Rows) throws(DecodingFailure) -> Page<Row> { try query.page(rows, row) }
}
