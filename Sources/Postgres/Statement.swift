internal import Synchronization

/// One SQL statement as it is sent: its text and its parameters.
package protocol Query: Sendable {
    var text: StatementText { get }

    /// Appends one parameter for each of the text's types, in order.
    func bind(to parameters: inout Parameters)
}

/// One SQL statement as a value, and how its rows are read.
package protocol Statement: Query {
    associatedtype Output: Sendable

    /// Reads the rows of a success.
    func decode(_ rows: borrowing Rows) throws(DecodingFailure) -> Output
}

/// The SQL of a statement. It is prepared on a connection when it first runs there, under its name.
package final class StatementText: Sendable {
    /// Unique among all statements: two texts never share a name.
    package let name: String
    package let sql: String
    let types: [UInt32]
    /// Whether it looks a few rows up, by their key or in the order of an index: always quick, so that several may
    /// share a segment of a pipeline, whatever those before it in the segment have set.
    package let isLookUp: Bool
    /// Stands for its name where connections look it up.
    let number: Int

    package init(_ name: String, _ sql: String, _ types: [ParameterType], isLookUp: Bool = false) {
        self.name = name
        self.sql = sql
        self.types = types.map(\.rawValue)
        self.isLookUp = isLookUp
        number = Self.numbers.withLock { numbers in
            let number = numbers[name] ?? numbers.count
            numbers[name] = number
            return number
        }
    }

    /// Of all names that there are.
    private static let numbers = Mutex<[String: Int]>([:])
}

/// The types of parameters, by their object identifiers in PostgreSQL's catalogue (`pg_type.dat`).
package enum ParameterType: UInt32, Sendable {
    case bool = 16
    case bytea = 17
    case int8 = 20
    case int4 = 23
    case text = 25
    case json = 114
    case textArray = 1_009
    case int8Array = 1_016
    case timestamptz = 1_184
    case uuid = 2_950
}

/// What a statement does to the database. A read that got lost with its connection had no effect; of a write that is
/// not known.
package enum Effect: Sendable {
    case read
    case write
}

/// Rows that are not what the statement expects of them.
package struct DecodingFailure: Error, Sendable {
    package let description: String

    package init(_ description: String) { self.description = description }
}
