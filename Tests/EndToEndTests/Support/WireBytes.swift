/// Protobuf by hand: for messages that no encoder makes.
///
/// <https://protobuf.dev/programming-guides/encoding/>
enum WireBytes {
    static func varint(_ number: UInt64) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = number
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }

    /// A field with a text, with bytes or with a message.
    static func field(_ number: UInt64, _ content: [UInt8]) -> [UInt8] {
        varint(number << 3 | 2) + varint(UInt64(content.count)) + content
    }

    /// A field with a number.
    static func field(_ number: UInt64, _ value: UInt64) -> [UInt8] { varint(number << 3) + varint(value) }

    /// The same bytes again and again, as often as they fit.
    static func repeated(_ bytes: [UInt8], upTo count: Int) -> [UInt8] {
        Array(repeatElement(bytes, count: count / bytes.count).joined())
    }

    /// A field in a field in a field, outermost first.
    static func nested(_ number: UInt64, levels: Int) -> [UInt8] {
        let tag = Array(varint(number << 3 | 2).reversed())
        // Built backwards, so that each level costs only its own bytes.
        var backwards: [UInt8] = []
        for _ in 0..<levels { backwards += varint(UInt64(backwards.count)).reversed() + tag }
        return backwards.reversed()
    }

    /// The payload of a frame with a request.
    static func request(
        id: UInt64 = 1, method: String = "/agentd.v1.UserService/WhoAmI", headers: [[UInt8]] = [], message: [UInt8] = []
    ) -> [UInt8] {
        field(2, field(1, id) + field(2, Array(method.utf8)) + headers.flatMap { field(3, $0) } + field(5, message))
    }

    static func header(_ key: [UInt8], _ value: [UInt8]) -> [UInt8] { field(1, key) + field(2, value) }
}
