/// The bodies of the test service's answers.
enum Payload {
    /// `SimpleResponse` and `StreamingOutputCallResponse` alike: field 1 is a `Payload`, whose field 2 is so many
    /// zeros.
    static func response(size: Int) -> [UInt8] {
        let body = size > 0 ? field(2, [UInt8](repeating: 0, count: size)) : []
        return field(1, body)
    }

    private static func field(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] {
        var encoded = [number << 3 | 2]
        var count = bytes.count
        while count >= 0x80 {
            encoded.append(UInt8(count & 0x7F | 0x80))
            count >>= 7
        }
        encoded.append(UInt8(count))
        return encoded + bytes
    }
}
