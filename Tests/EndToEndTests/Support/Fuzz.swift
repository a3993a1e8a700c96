internal import Messages

/// Random streams of bytes, from noise to what is nearly right.
enum Fuzz {
    static func bytes(_ key: String, using generator: inout some RandomNumberGenerator) -> [UInt8] {
        var stream: [UInt8] = []
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
            stream += piece(key, using: &generator)
        }
        return stream
    }

    private static func piece(_ key: String, using generator: inout some RandomNumberGenerator) -> [UInt8] {
        switch UInt8.random(in: 0..<5, using: &generator) {
        case 0: return noise(using: &generator)
        case 1: return RawConnection.framed(noise(using: &generator))
        case 2: return damaged(RawConnection.framed(frame(key, using: &generator)), using: &generator)
        case 3: return RawConnection.framed(damaged(frame(key, using: &generator), using: &generator))
        default: return RawConnection.framed(frame(key, using: &generator))
        }
    }

    private static func noise(using generator: inout some RandomNumberGenerator) -> [UInt8] {
        (0..<Int.random(in: 0...200, using: &generator)).map { _ in .random(in: .min ... .max, using: &generator) }
    }

    /// A few bytes changed, lost or added.
    private static func damaged(_ bytes: [UInt8], using generator: inout some RandomNumberGenerator) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
            guard !bytes.isEmpty else { break }
            let index = Int.random(in: 0..<bytes.count, using: &generator)
            switch UInt8.random(in: 0..<3, using: &generator) {
            case 0: bytes[index] = .random(in: .min ... .max, using: &generator)
            case 1: bytes.remove(at: index)
            default: bytes.insert(.random(in: .min ... .max, using: &generator), at: index)
            }
        }
        return bytes
    }

    private static func frame(_ key: String, using generator: inout some RandomNumberGenerator) -> [UInt8] {
        let id = UInt64.random(in: 0...3, using: &generator)
        switch UInt8.random(in: 0..<5, using: &generator) {
        case 0:
            return OutboundClientFrame.hello(version: 1, headers: [Header("authorization", "Bearer \(key)")]).encoded()
        case 1: return OutboundClientFrame.ping(token: id).encoded()
        case 2: return OutboundClientFrame.cancel(id: id).encoded()
        default:
            let method = MethodSchema.all.randomElement(using: &generator)?.path ?? ""
            let headers = Bool.random(using: &generator) ? [Header("authorization", "Bearer \(key)")] : []
            return OutboundClientFrame.request(
                id: id, method: method, headers: headers,
                timeoutMilliseconds: .random(in: 0...20, using: &generator), message: noise(using: &generator)
            ).encoded()
        }
    }
}
