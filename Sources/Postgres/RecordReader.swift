/// Reads the fields of one composite value, one after the other: a whole row of a table in one column. PostgreSQL
/// describes each column of an answer anew for every call, which for one row costs as much as the row; a composite is
/// one column. The fields are those of its type, in their order; what a later version adds stands behind them.
///
/// Its binary form (`record_send` in PostgreSQL's source) is the number of fields, and of each its type, its length, -1
/// for NULL, and itself.
package struct RecordReader {
    private let bytes: UnsafeRawBufferPointer
    private var position = 0
    private var left = 0

    /// - Parameter bytes: The value, with a NUL behind it.
    init(_ bytes: UnsafeRawBufferPointer) throws(DecodingFailure) {
        self.bytes = bytes
        left = Int(try number(Int32.self))
    }

    package mutating func int8() throws(DecodingFailure) -> Int64 {
        try required(.int8, 8)
        return try number(Int64.self)
    }

    package mutating func bool() throws(DecodingFailure) -> Bool {
        try required(.bool, 1)
        return try number(UInt8.self) != 0
    }

    package mutating func uuid() throws(DecodingFailure) -> (high: UInt64, low: UInt64) {
        try required(.uuid, 16)
        return (try number(UInt64.self), try number(UInt64.self))
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    package mutating func timestamptz() throws(DecodingFailure) -> Int64 {
        try required(.timestamptz, 8)
        return try microseconds()
    }

    package mutating func optionalTimestamptz() throws(DecodingFailure) -> Int64? {
        guard let length = try field(.timestamptz) else { return nil }
        guard length == 8 else { throw DecodingFailure("\(length) bytes are no time") }
        return try microseconds()
    }

    /// The bytes of a text where they lie, with a NUL behind them.
    /// - Parameter type: `text`, or `json`, whose binary form is its text.
    package mutating func text(_ type: ParameterType = .text) throws(DecodingFailure) -> UnsafeRawBufferPointer {
        guard let length = try field(type), length >= 0, length <= bytes.count - position else {
            throw DecodingFailure("a text is missing or cut short")
        }
        defer { position += length }
        let text = UnsafeRawBufferPointer(rebasing: bytes[position..<position + length])
        // Behind it begins the number of the next field's type, all of which are small, or the value ends.
        guard let start = text.baseAddress, start.load(fromByteOffset: length, as: UInt8.self) == 0 else {
            throw DecodingFailure("a text does not end with a NUL")
        }
        return text
    }

    /// The same as C knows it.
    package mutating func cString(_ type: ParameterType = .text) throws(DecodingFailure) -> UnsafePointer<CChar> {
        guard let start = try text(type).baseAddress else { throw DecodingFailure("a text has no address") }
        return start.assumingMemoryBound(to: CChar.self)
    }

    /// Begins the next field.
    /// - Returns: Its length; nil when it is NULL.
    private mutating func field(_ type: ParameterType) throws(DecodingFailure) -> Int? {
        guard left > 0 else { throw DecodingFailure("a record ends early") }
        left -= 1
        let found = try number(UInt32.self)
        guard found == type.rawValue else { throw DecodingFailure("a field is of type \(found), not \(type)") }
        let length = Int(try number(Int32.self))
        return length < 0 ? nil : length
    }

    private mutating func required(_ type: ParameterType, _ length: Int) throws(DecodingFailure) {
        guard let found = try field(type) else { throw DecodingFailure("a field is NULL") }
        guard found == length else { throw DecodingFailure("\(found) bytes are no \(type)") }
    }

    @inline(__always)
    private mutating func number<Number: FixedWidthInteger>(_ type: Number.Type) throws(DecodingFailure) -> Number {
        guard MemoryLayout<Number>.size <= bytes.count - position else {
            throw DecodingFailure("a record is cut short")
        }
        defer { position += MemoryLayout<Number>.size }
        return Number(bigEndian: bytes.loadUnaligned(fromByteOffset: position, as: Number.self))
    }

    private mutating func microseconds() throws(DecodingFailure) -> Int64 {
        try microsecondsSince1970(try number(Int64.self))
    }
}

extension Rows {
    /// A composite value, good as long as the rows are.
    package func record(_ row: Int, _ column: Int) throws(DecodingFailure) -> RecordReader {
        try RecordReader(try textBytes(row, column))
    }
}
