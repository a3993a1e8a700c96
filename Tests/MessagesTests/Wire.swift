/// Writes the encoding of protobuf by hand, also where no library would.
enum Wire {
    static func varint(_ value: UInt64) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }

    /// The same number in `count` bytes, more than it needs.
    static func varint(_ value: UInt64, bytes count: Int) -> [UInt8] {
        var bytes = varint(value)
        while bytes.count < count {
            bytes[bytes.count - 1] |= 0x80
            bytes.append(0)
        }
        return bytes
    }

    static func tag(_ number: UInt32, wireType: UInt8) -> [UInt8] { varint(UInt64(number) << 3 | UInt64(wireType)) }

    static func field(_ number: UInt32, varint value: UInt64) -> [UInt8] { tag(number, wireType: 0) + varint(value) }

    static func field(_ number: UInt32, _ content: [UInt8]) -> [UInt8] {
        tag(number, wireType: 2) + varint(UInt64(content.count)) + content
    }

    static func field(_ number: UInt32, _ text: String) -> [UInt8] { field(number, Array(text.utf8)) }

    /// A value of any wire type, with its tag.
    static func value(_ number: UInt32, wireType: UInt8) -> [UInt8] {
        let content: [UInt8] =
            switch wireType {
            case 0: [1]
            case 1: Array(repeating: 0, count: 8)
            case 2: [1, 1]
            case 3: tag(number, wireType: 4)
            case 5: Array(repeating: 0, count: 4)
            default: []
            }
        return tag(number, wireType: wireType) + content
    }
}
