internal import AgentdCore
internal import Postgres

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
    private static let textBytes = 768 * 1_024
    /// What a row weighs besides its texts.
    private static let rowBytes = 256

    /// The first is the page size.
    private(set) var values: [Value]
    private var conditions: [String] = []
    private var shape = ""

    init(pageSize: Int) { values = [.number(Int64(pageSize))] }

    /// - Parameters:
    ///   - mark: Stands for the condition in the statement's name; no two conditions of a list have the same.
    ///   - condition: About `r`; each `?` stands for the next of the values.
    mutating func add(_ mark: String, _ condition: String, _ values: Value...) {
        shape += mark
        var parts = condition.split(separator: "?", omittingEmptySubsequences: false)[...]
        precondition(parts.count == values.count + 1, "A condition of a list has another number of values.")
        var text = parts.removeFirst() + ""
        for (value, part) in zip(values, parts) {
            self.values.append(value)
            text += "$\(self.values.count)\(part)"
        }
        conditions.append(String(text))
    }

    /// One row more than the page is read, to know whether there is another page; rows that would make the page too
    /// large for one message are counted but not sent.
    /// - Parameters:
    ///   - columns: Of the answer; the number of rows found comes behind them.
    ///   - texts: The columns that may be long; NULL is nothing.
    func statement(
        _ name: String, from table: String, columns: String, texts: [String], order: String
    ) -> StatementText {
        let bytes = texts.map { "coalesce(octet_length(r.\($0)), 0)" }.joined(separator: " + ")
        return StatementText(
            "\(name)_\(shape)",
            """
            SELECT \(columns), r.found FROM (
                SELECT r.*, count(*) OVER () AS found, row_number() OVER () AS place,
                    sum(\(Self.rowBytes) + \(bytes)) OVER (ROWS UNBOUNDED PRECEDING) AS bytes
                FROM (
                    SELECT r.* FROM \(table) AS r WHERE \(conditions.joined(separator: " AND "))
                    ORDER BY \(order) LIMIT $1 + 1
                ) AS r
            ) AS r
            WHERE r.place <= $1 AND (r.place = 1 OR r.bytes <= \(Self.textBytes))
            ORDER BY r.place
            """, values.map(\.type))
    }
}

/// One page of a list.
package struct Page<Row: Sendable>: Sendable {
    package let rows: [Row]
    /// Whether there is a page behind it.
    package let hasMore: Bool
}

/// Reads a page whose text `PageText` made.
struct PageStatement<Row: Sendable>: Statement {
    let text: StatementText
    let values: [PageText.Value]
    /// How many columns of a row are its own.
    let columns: Int
    let row: @Sendable (borrowing Rows, _ row: Int) throws(DecodingFailure) -> Row

    func bind(to parameters: inout Parameters) {
        for value in values { value.bind(to: &parameters) }
    }

    func decode(_ rows: borrowing Rows) throws(DecodingFailure) -> Page<Row> {
        var page: [Row] = []
        page.reserveCapacity(rows.count)
        for place in 0..<rows.count { page.append(try row(rows, place)) }
        let found = rows.count == 0 ? 0 : try rows.int8(0, columns)
        return Page(rows: page, hasMore: found > Int64(page.count))
    }
}
