/// An API key: `agd_<key id>_<secret><checksum>`, all in hexadecimal. The checksum lets a mistyped key be refused
/// without asking the database; the secret has 256 bits and is kept nowhere, only its SHA-256.
package struct APIKey: Sendable {
    package static let prefix = "agd_"
    private static let idDigits = 24
    private static let secretDigits = 64
    private static let checksumBytes = 4

    /// 96 random bits in hexadecimal: which key it is.
    package let id: String
    private let secret: [UInt8]

    /// A new key with a secret of its own.
    package static func generate() -> APIKey {
        var generator = SystemRandomNumberGenerator()
        func random(_ count: Int) -> [UInt8] {
            (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        }
        return APIKey(id: Hexadecimal.text(random(idDigits / 2)), secret: random(secretDigits / 2))
    }

    private init(id: String, secret: [UInt8]) {
        self.id = id
        self.secret = secret
    }

    /// Reads a key; nil when it has another form or its checksum is wrong.
    package init?(_ text: [UInt8]) {
        let prefix = Array(Self.prefix.utf8)
        let secretStart = prefix.count + Self.idDigits + 1
        guard text.count == secretStart + Self.secretDigits + Self.checksumBytes * 2, text.starts(with: prefix),
            text[secretStart - 1] == UInt8(ascii: "_")
        else { return nil }
        let id = text[prefix.count..<secretStart - 1]
        let body = text[..<(secretStart + Self.secretDigits)]
        guard Hexadecimal.bytes(id) != nil,
            let secret = Hexadecimal.bytes(text[secretStart..<secretStart + Self.secretDigits]),
            let checksum = Hexadecimal.bytes(text[(secretStart + Self.secretDigits)...]),
            checksum == Self.checksum(Array(body))
        else { return nil }
        self.init(id: String(decoding: id, as: UTF8.self), secret: secret)
    }

    /// The whole key, to be shown once.
    package var text: String {
        let body = "\(Self.prefix)\(id)_\(Hexadecimal.text(secret))"
        return body + Hexadecimal.text(Self.checksum(Array(body.utf8)))
    }

    /// What is kept of the secret: its SHA-256, 32 bytes.
    package var secretDigest: [UInt8] { Digest.sha256(secret) }

    private static func checksum(_ body: [UInt8]) -> [UInt8] { Array(Digest.sha256(body).prefix(checksumBytes)) }
}
