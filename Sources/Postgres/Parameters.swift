/// The values of a statement's parameters, in PostgreSQL's binary formats. Used again for the next statement, so that
/// binding allocates nothing once it is warm.
package struct Parameters {
    /// Seconds from 1970-01-01, where our times begin, to 2000-01-01, where PostgreSQL's do.
    static let epochMicroseconds: Int64 = 946_684_800_000_000

    /// Never empty, so that a value of no bytes still has an address: libpq takes a null pointer for NULL.
    private var bytes: [UInt8] = [0]
    /// Where each value begins; -1 for NULL.
    private var offsets: [Int] = []
    private var lengths: [Int32] = []
    private var formats: [Int32] = []
    private var pointers: [UnsafePointer<CChar>?] = []

    init() {}

    var count: Int { offsets.count }

    mutating func reset() {
        bytes.removeAll(keepingCapacity: bytes.capacity <= 1 << 16)
        bytes.append(0)
        offsets.removeAll(keepingCapacity: true)
        lengths.removeAll(keepingCapacity: true)
        formats.removeAll(keepingCapacity: true)
    }

    /// Lends values, lengths and formats as libpq takes them.
    mutating func withPointers<R>(
        _ body: (UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?) -> R
    ) -> R {
        pointers.removeAll(keepingCapacity: true)
        return bytes.withUnsafeBytes { bytes in
            let base = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
            for offset in offsets { pointers.append(offset < 0 ? nil : base.map { $0 + offset }) }
            return pointers.withUnsafeBufferPointer { pointers in
                lengths.withUnsafeBufferPointer { lengths in
                    formats.withUnsafeBufferPointer { formats in
                        body(pointers.baseAddress, lengths.baseAddress, formats.baseAddress)
                    }
                }
            }
        }
    }

    private mutating func append(bytesOf value: (inout [UInt8]) -> Void) {
        let start = bytes.count
        value(&bytes)
        offsets.append(start)
        lengths.append(Int32(bytes.count - start))
        formats.append(1)
    }

    package mutating func appendNull() {
        offsets.append(-1)
        lengths.append(0)
        formats.append(1)
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

    private static func write<Number: FixedWidthInteger>(_ value: Number, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }
}
