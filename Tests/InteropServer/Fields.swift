/// The fields of a protobuf message, read without its schema: the test service needs only a few. It reads what the
/// official clients write; what it cannot read it leaves out.
struct Fields {
    private enum Value {
        case number(UInt64)
        case bytes([UInt8])
    }

    private var values: [(field: UInt64, value: Value)] = []

    init(_ message: [UInt8]) {
        var rest = message[...]
        while let tag = Self.varint(&rest) {
            switch tag & 7 {
            case 0:
                guard let number = Self.varint(&rest) else { return }
                values.append((tag >> 3, .number(number)))
            case 2:
                guard let count = Self.varint(&rest), count <= UInt64(rest.count) else { return }
                values.append((tag >> 3, .bytes(Array(rest.prefix(Int(count))))))
                rest = rest.dropFirst(Int(count))
            default: return
            }
        }
    }

    private static func varint(_ bytes: inout ArraySlice<UInt8>) -> UInt64? {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            guard let byte = bytes.popFirst() else { return nil }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        return nil
    }

    /// An `int32`, 0 when it is absent.
    func number(_ field: UInt64) -> Int {
        for case (field, .number(let number)) in values.reversed() { return Int(Int32(truncatingIfNeeded: number)) }
        return 0
    }

    /// A string or bytes, empty when they are absent.
    func bytes(_ field: UInt64) -> [UInt8] {
        for case (field, .bytes(let bytes)) in values.reversed() { return bytes }
        return []
    }

    func messages(_ field: UInt64) -> [Fields] {
        values.compactMap { value in
            guard case (field, .bytes(let bytes)) = value else { return nil }
            return Fields(bytes)
        }
    }

    func message(_ field: UInt64) -> Fields? { messages(field).last }
}
