internal import Crypto
internal import Foundation

/// Signed tokens (JWT, RFC 7519), made by hand, right and wrong ones.
struct TestToken {
    var header: [String: String] = ["typ": "JWT"]
    var claims: [String: Claim] = [:]

    enum Claim: Encodable {
        case text(String)
        case number(Int)

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .text(let text): try container.encode(text)
            case .number(let number): try container.encode(number)
            }
        }
    }

    /// For a user of a tenant, and an hour.
    init(_ person: World.Person) {
        claims = [
            "sub": .text("\(person.id)"), "tenant_id": .text(person.tenantID), "exp": .number(Self.now + 3_600),
        ]
    }

    /// Seconds since 1970.
    static var now: Int { Int(Date().timeIntervalSince1970) }

    func changed(_ change: (inout TestToken) -> Void) -> TestToken {
        var copy = self
        change(&copy)
        return copy
    }

    /// Signed with HS256.
    func signed(secret: String) throws -> String {
        try signed(algorithm: "HS256") { text in
            Data(HMAC<SHA256>.authenticationCode(for: text, using: SymmetricKey(data: Data(secret.utf8))))
        }
    }

    /// Signed with EdDSA (RFC 8037).
    func signed(key: Curve25519.Signing.PrivateKey, keyID: String) throws -> String {
        try changed { $0.header["kid"] = keyID }.signed(algorithm: "EdDSA") { try key.signature(for: $0) }
    }

    func signed(algorithm: String, _ sign: (Data) throws -> Data) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        var header = header
        header["alg"] = header["alg"] ?? algorithm
        let text = [try encoder.encode(header), try encoder.encode(claims)].map(Self.base64URL).joined(separator: ".")
        return "\(text).\(Self.base64URL(try sign(Data(text.utf8))))"
    }

    /// A key set (RFC 7517) with one public key.
    static func keySet(_ key: Curve25519.Signing.PublicKey, keyID: String) -> String { keySet([(key, keyID)]) }

    /// A key set with several public keys.
    static func keySet(_ keys: [(key: Curve25519.Signing.PublicKey, keyID: String)]) -> String {
        let texts = keys.map { key, keyID in
            """
            {"kty": "OKP", "crv": "Ed25519", "kid": "\(keyID)", "x": "\(base64URL(key.rawRepresentation))"}
            """
        }
        return "{\"keys\": [\(texts.joined(separator: ", "))]}"
    }

    private static func base64URL(_ data: Data) -> String {
        data.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
}
