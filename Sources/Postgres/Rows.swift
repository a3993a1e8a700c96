internal import CLibPQ

/// The rows of one answer, in binary format. Owns its PGresult; lent to a statement while it reads them.
package struct Rows: ~Copyable {
    private let result: OpaquePointer

    package let count: Int
    private let columns: Int

    init(owning result: OpaquePointer) {
        self.result = result
        count = Int(PQntuples(result))
        columns = Int(PQnfields(result))
    }

    deinit { PQclear(result) }

    /// Rows that the statement inserted, changed or deleted.
    package var affected: Int { PQcmdTuples(result).flatMap { Int(String(cString: $0)) } ?? 0 }

    private func bytes(_ row: Int, _ column: Int) throws(DecodingFailure) -> UnsafeRawBufferPointer? {
        guard row >= 0, row < count, column >= 0, column < columns else {
            throw DecodingFailure("there is no row \(row), column \(column)")
        }
        let length = PQgetlength(result, Int32(row), Int32(column))
        // NULL has no length.
        if length == 0, PQgetisnull(result, Int32(row), Int32(column)) == 1 { return nil }
        return UnsafeRawBufferPointer(start: PQgetvalue(result, Int32(row), Int32(column)), count: Int(length))
    }

    package func isNull(_ row: Int, _ column: Int) throws(DecodingFailure) -> Bool { try bytes(row, column) == nil }

    private func required(_ row: Int, _ column: Int) throws(DecodingFailure) -> UnsafeRawBufferPointer {
        guard let bytes = try bytes(row, column) else { throw DecodingFailure("column \(column) is NULL") }
        return bytes
    }

    private func number<Number: FixedWidthInteger>(
        _ bytes: UnsafeRawBufferPointer, as type: Number.Type
    ) throws(DecodingFailure) -> Number {
        guard bytes.count == MemoryLayout<Number>.size else {
            throw DecodingFailure("\(bytes.count) bytes are no \(Number.self)")
        }
        return Number(bigEndian: bytes.loadUnaligned(as: Number.self))
    }
}

extension Rows {
    package func int8(_ row: Int, _ column: Int) throws(DecodingFailure) -> Int64 {
        try number(required(row, column), as: Int64.self)
    }

    package func int4(_ row: Int, _ column: Int) throws(DecodingFailure) -> Int32 {
        try number(required(row, column), as: Int32.self)
    }

    package func bool(_ row: Int, _ column: Int) throws(DecodingFailure) -> Bool {
        try number(required(row, column), as: UInt8.self) != 0
    }

    package func uuid(_ row: Int, _ column: Int) throws(DecodingFailure) -> (high: UInt64, low: UInt64) {
        let bytes = try required(row, column)
        guard bytes.count == 16 else { throw DecodingFailure("\(bytes.count) bytes are no UUID") }
        return (
            UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
            UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        )
    }

    /// Also of `json`, whose binary form is its text.
    package func text(_ row: Int, _ column: Int) throws(DecodingFailure) -> String {
        String(decoding: try required(row, column), as: UTF8.self)
    }

    /// The bytes of a text where they lie, with a NUL behind them; good as long as the rows are.
    package func textBytes(_ row: Int, _ column: Int) throws(DecodingFailure) -> UnsafeRawBufferPointer {
        try required(row, column)
    }

    /// The same as C knows it.
    package func cString(_ row: Int, _ column: Int) throws(DecodingFailure) -> UnsafePointer<CChar> {
        guard let start = try required(row, column).baseAddress else {
            throw DecodingFailure("column \(column) has no address")
        }
        return start.assumingMemoryBound(to: CChar.self)
    }

    package func optionalText(_ row: Int, _ column: Int) throws(DecodingFailure) -> String? {
        try bytes(row, column).map { String(decoding: $0, as: UTF8.self) }
    }

    package func bytea(_ row: Int, _ column: Int) throws(DecodingFailure) -> [UInt8] {
        Array(try required(row, column))
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    package func timestamptz(_ row: Int, _ column: Int) throws(DecodingFailure) -> Int64 {
        try microseconds(required(row, column))
    }

    package func optionalTimestamptz(_ row: Int, _ column: Int) throws(DecodingFailure) -> Int64? {
        guard let bytes = try bytes(row, column) else { return nil }
        return try microseconds(bytes)
    }

    private func microseconds(_ bytes: UnsafeRawBufferPointer) throws(DecodingFailure) -> Int64 {
        try microsecondsSince1970(try number(bytes, as: Int64.self))
    }

    /// One dimension without NULLs.
    package func textArray(_ row: Int, _ column: Int) throws(DecodingFailure) -> [String] {
        let bytes = try required(row, column)
        var position = 0
        func next() throws(DecodingFailure) -> Int {
            guard position + 4 <= bytes.count else { throw DecodingFailure("an array is cut short") }
            defer { position += 4 }
            return Int(Int32(bigEndian: bytes.loadUnaligned(fromByteOffset: position, as: Int32.self)))
        }
        let dimensions = try next()
        _ = try next()
        _ = try next()
        guard dimensions > 0 else { return [] }
        guard dimensions == 1 else { throw DecodingFailure("an array has \(dimensions) dimensions") }
        let count = try next()
        _ = try next()
        var texts: [String] = []
        for _ in 0..<count {
            let length = try next()
            guard length >= 0, position + length <= bytes.count else { throw DecodingFailure("an array is cut short") }
            texts.append(
                String(decoding: UnsafeRawBufferPointer(rebasing: bytes[position..<position + length]), as: UTF8.self))
            position += length
        }
        return texts
    }
}

/// - Parameter time: As PostgreSQL sends it, since 2000-01-01.
func microsecondsSince1970(_ time: Int64) throws(DecodingFailure) -> Int64 {
    let (sum, overflow) = time.addingReportingOverflow(Parameters.epochMicroseconds)
    guard !overflow else { throw DecodingFailure("a time is infinite") }
    return sum
}
