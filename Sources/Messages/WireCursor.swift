/// Walks the fields of a serialized message. It refuses some encodings that no writer makes and that readers understand
/// differently: tags and lengths of more than five bytes, and numbers of more than 64 bits.
struct WireCursor {
    /// <https://protobuf.dev/programming-guides/encoding/#structure>
    enum WireType: UInt8 {
        case varint = 0
        case fixed64 = 1
        case lengthDelimited = 2
        case startGroup = 3
        case endGroup = 4
        case fixed32 = 5
    }

    struct Tag {
        let number: UInt32
        let wireType: WireType
    }

    /// The most bytes of a number of 32 bits: a tag or a length.
    private static let shortVarintBytes = 5
    /// The most bytes of a number of 64 bits.
    private static let longVarintBytes = 10

    private let bytes: UnsafeRawBufferPointer
    private(set) var position = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    var isAtEnd: Bool { position == bytes.count }

    /// Nil when it is cut short, or no field can have this number or wire type.
    mutating func tag() -> Tag? {
        guard let tag = varint(upTo: Self.shortVarintBytes), let value = UInt32(exactly: tag),
            let wireType = WireType(rawValue: UInt8(value & 7)), value >> 3 > 0
        else { return nil }
        return Tag(number: value >> 3, wireType: wireType)
    }

    /// Nil when it is cut short or does not fit 64 bits.
    mutating func varint() -> UInt64? { varint(upTo: Self.longVarintBytes) }

    /// Most tags, lengths and numbers take one byte.
    @inline(__always)
    private mutating func varint(upTo maximumBytes: Int) -> UInt64? {
        guard position < bytes.count, bytes[position] < 0x80 else { return longVarint(upTo: maximumBytes) }
        defer { position += 1 }
        return UInt64(bytes[position])
    }

    @inline(never)
    private mutating func longVarint(upTo maximumBytes: Int) -> UInt64? {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        let end = min(bytes.count, position + maximumBytes)
        while position < end {
            let byte = bytes[position]
            position += 1
            // The tenth byte holds the one bit that is left of 64.
            if shift == 63, byte > 1 { return nil }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        return nil
    }

    /// Steps over a value that is no group. False when it is cut short or malformed.
    mutating func skip(_ wireType: WireType) -> Bool {
        switch wireType {
        case .varint: varint() != nil
        case .fixed64: take(8) != nil
        case .lengthDelimited: content() != nil
        case .fixed32: take(4) != nil
        case .startGroup, .endGroup: false
        }
    }

    /// What a length-delimited value holds; nil when it is cut short.
    mutating func content() -> UnsafeRawBufferPointer? {
        guard let length = varint(upTo: Self.shortVarintBytes), length <= UInt64(bytes.count) else { return nil }
        return take(Int(length))
    }

    private mutating func take(_ count: Int) -> UnsafeRawBufferPointer? {
        guard count <= bytes.count - position else { return nil }
        defer { position += count }
        return UnsafeRawBufferPointer(rebasing: bytes[position..<position + count])
    }
}
