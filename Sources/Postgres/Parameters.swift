/// The values of a statement's parameters in PostgreSQL's binary formats, one behind the other: each its length in
/// bytes, -1 for NULL, and then itself. One piece of memory, whatever the statement.
package struct Parameters {
    /// Microseconds from 1970-01-01, where our times begin, to 2000-01-01, where PostgreSQL's do.
    static let epochMicroseconds: Int64 = 946_684_800_000_000
    /// Fits the parameters of the usual statements.
    private static let usualBytes = 96
    /// A buffer that is used again gives back more than this.
    private static let keptBytes = 1 << 16

    private var bytes: [UInt8] = []
    private(set) var count = 0

    init() { bytes.reserveCapacity(Self.usualBytes) }

    mutating func removeAll() {
        bytes.removeAll(keepingCapacity: bytes.capacity <= Self.keptBytes)
        count = 0
    }

    /// Lends values, lengths and formats as libpq takes them.
    func withPointers<R>(
        in space: inout ParameterPointers,
        _ body: (UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?) -> R
    ) -> R {
        bytes.withUnsafeBytes { bytes in space.with(bytes, count: count, body) }
    }

    @inline(__always)
    private mutating func append(bytesOf value: (inout [UInt8]) -> Void) {
        let start = bytes.count
        Self.write(Int32(0), to: &bytes)
        value(&bytes)
        let length = Int32(bytes.count - start - ParameterPointers.lengthBytes)
        bytes.withUnsafeMutableBytes { $0.storeBytes(of: length.bigEndian, toByteOffset: start, as: Int32.self) }
        count += 1
    }

    package mutating func appendNull() {
        Self.write(Int32(-1), to: &bytes)
        count += 1
    }

    package mutating func append(int8 value: Int64) { append { Self.write(value, to: &$0) } }

    package mutating func append(int8 value: Int64?) {
        if let value { append(int8: value) } else { appendNull() }
    }

    package mutating func append(int4 value: Int32) { append { Self.write(value, to: &$0) } }

    package mutating func append(bool value: Bool) { append { $0.append(value ? 1 : 0) } }

    package mutating func append(uuidHigh high: UInt64, low: UInt64) {
        append {
            Self.write(high, to: &$0)
            Self.write(low, to: &$0)
        }
    }

    /// A text of known length, written where it goes.
    package mutating func append(textOf count: Int, _ write: (UnsafeMutableRawBufferPointer) -> Void) {
        append { bytes in
            let start = bytes.count
            bytes.append(contentsOf: repeatElement(0, count: count))
            bytes.withUnsafeMutableBytes { write(UnsafeMutableRawBufferPointer(rebasing: $0[start...])) }
        }
    }

    package mutating func append(text value: String) { append { $0.append(contentsOf: value.utf8) } }

    package mutating func append(text value: String?) {
        if let value { append(text: value) } else { appendNull() }
    }

    /// The binary form of `json` is its text.
    package mutating func append(json value: String) { append(text: value) }

    package mutating func append(bytea value: [UInt8]) { append { $0.append(contentsOf: value) } }

    /// - Parameter microseconds: Since 1970-01-01T00:00:00Z.
    package mutating func append(timestamptz microseconds: Int64) {
        append { Self.write(microseconds - Self.epochMicroseconds, to: &$0) }
    }

    package mutating func append(timestamptz microseconds: Int64?) {
        if let microseconds { append(timestamptz: microseconds) } else { appendNull() }
    }

    package mutating func append(int8Array values: [Int64]) {
        append { bytes in
            Self.writeArrayHeader(count: values.count, elementType: .int8, to: &bytes)
            for value in values {
                Self.write(Int32(8), to: &bytes)
                Self.write(value, to: &bytes)
            }
        }
    }

    package mutating func append(textArray values: [String]) {
        append { bytes in
            Self.writeArrayHeader(count: values.count, elementType: .text, to: &bytes)
            for value in values {
                Self.write(Int32(value.utf8.count), to: &bytes)
                bytes.append(contentsOf: value.utf8)
            }
        }
    }

    /// Dimensions, whether there are NULLs, the type of the elements, and per dimension its length and lower bound
    /// (`array_recv` in PostgreSQL's source).
    private static func writeArrayHeader(count: Int, elementType: ParameterType, to bytes: inout [UInt8]) {
        write(Int32(count == 0 ? 0 : 1), to: &bytes)
        write(Int32(0), to: &bytes)
        write(elementType.rawValue, to: &bytes)
        guard count > 0 else { return }
        write(Int32(count), to: &bytes)
        write(Int32(1), to: &bytes)
    }

    @inline(__always)
    private static func write<Number: FixedWidthInteger>(_ value: Number, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }
}

/// The arrays that libpq wants beside the values. Used again for every statement, so that sending allocates nothing.
struct ParameterPointers {
    /// What stands before each value.
    static let lengthBytes = MemoryLayout<Int32>.size

    private var values: [UnsafePointer<CChar>?] = []
    private var lengths: [Int32] = []
    private var formats: [Int32] = []

    /// - Parameter bytes: `count` values, each behind its length.
    mutating func with<R>(
        _ bytes: UnsafeRawBufferPointer, count: Int,
        _ body: (UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?) -> R
    ) -> R {
        values.removeAll(keepingCapacity: true)
        lengths.removeAll(keepingCapacity: true)
        // All are binary.
        while formats.count < count { formats.append(1) }
        var position = 0
        for _ in 0..<count {
            let length = Int32(bigEndian: bytes.loadUnaligned(fromByteOffset: position, as: Int32.self))
            position += Self.lengthBytes
            // A value of no bytes still has an address: libpq takes a null pointer for NULL.
            let value = bytes.baseAddress.map { ($0 + position).assumingMemoryBound(to: CChar.self) }
            values.append(length < 0 ? nil : value)
            lengths.append(max(0, length))
            position += Int(max(0, length))
        }
        return values.withUnsafeBufferPointer { values in
            lengths.withUnsafeBufferPointer { lengths in
                formats.withUnsafeBufferPointer { formats in
                    body(values.baseAddress, lengths.baseAddress, formats.baseAddress)
                }
            }
        }
    }
}
