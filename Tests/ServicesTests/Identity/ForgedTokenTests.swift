internal import AgentdCore
internal import Crypto
internal import Testing

@testable internal import Services

/// A token that must be refused.
struct Forgery: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let token: @Sendable (TokenForge) throws -> [UInt8]

    init(_ title: String, _ token: @escaping @Sendable (TokenForge) throws -> [UInt8]) {
        testDescription = title
        self.token = token
    }

    /// Signed as it should be, with claims that are not.
    static func claims(_ title: String, _ changes: [String: String?]) -> Forgery {
        Forgery(title) { $0.hs256(TokenForge.claims(changes)) }
    }
}

@Suite("Forged tokens")
struct ForgedTokenTests {
    private static let signatures: [Forgery] = [
        Forgery("no algorithm, no signature") { _ in
            TokenForge.compact(#"{"alg":"none"}"#, TokenForge.claims()) { _ in [] }
        },
        Forgery("no algorithm, some signature") { _ in
            TokenForge.compact(#"{"alg":"none"}"#, TokenForge.claims()) { _ in [1, 2, 3] }
        },
        Forgery("None in other letters") { _ in TokenForge.compact(#"{"alg":"nOnE"}"#, TokenForge.claims()) { _ in [0] }
        },
        Forgery("HS256 without its signature") { forge in
            TokenForge.compact(#"{"alg":"HS256"}"#, TokenForge.claims()) { _ in [] }
        },
        Forgery("another secret") { $0.hs256(secret: Array("another secret, also longer than 32 bytes".utf8)) },
        Forgery("an empty secret") { $0.hs256(secret: []) },
        Forgery("HS256 with the point of ES256 as secret") { forge in
            forge.hs256(header: #"{"alg":"HS256","kid":"ec"}"#, secret: Array(forge.ecdsa.publicKey.rawRepresentation))
        },
        Forgery("HS256 with the PEM of ES256 as secret") { forge in
            forge.hs256(
                header: #"{"alg":"HS256","kid":"ec"}"#, secret: Array(forge.ecdsa.publicKey.pemRepresentation.utf8))
        },
        Forgery("HS256 with the modulus of RS256 as secret") { forge in
            forge.hs256(header: #"{"alg":"HS256","kid":"rsa"}"#, secret: Base64URL.bytes(TokenForge.modulus.utf8))
        },
        Forgery("HS256 with the public key of EdDSA as secret, without key id") { forge in
            forge.hs256(secret: Array(forge.edDSA.publicKey.rawRepresentation))
        },
        Forgery("HS256 under the key id of another algorithm") { $0.hs256(header: #"{"alg":"HS256","kid":"ec"}"#) },
        Forgery("HS384 in the header") { $0.hs256(header: #"{"alg":"HS384"}"#) },
        Forgery("ES256 signed by somebody else") { try $0.es256(key: P256.Signing.PrivateKey()) },
        Forgery("ES256 under the key id of EdDSA") { try $0.es256(header: #"{"alg":"ES256","kid":"ed"}"#) },
        Forgery("ES256 that says EdDSA") { try $0.es256(header: #"{"alg":"EdDSA","kid":"ec"}"#) },
        Forgery("ES256 with a signature of zeros") { _ in
            TokenForge.compact(#"{"alg":"ES256","kid":"ec"}"#, TokenForge.claims()) { _ in
                Array(repeating: 0, count: 64)
            }
        },
        Forgery("ES256 with the signature in DER") { forge in
            try TokenForge.compact(#"{"alg":"ES256","kid":"ec"}"#, TokenForge.claims()) {
                Array(try forge.ecdsa.signature(for: $0).derRepresentation)
            }
        },
        Forgery("the claims of one token under the signature of another") { forge in
            let parts = forge.hs256().split(separator: UInt8(ascii: "."))
            let others = Base64URL.text(TokenForge.claims(["sub": #""8""#]).utf8)
            return Array([parts[0], Array(others.utf8)[...], parts[2]].joined(separator: [UInt8(ascii: ".")]))
        },
    ]

    private static let headers: [Forgery] = [
        Forgery("an unknown key id") { $0.hs256(header: #"{"alg":"HS256","kid":"unknown"}"#) },
        Forgery("an empty key id") { $0.hs256(header: #"{"alg":"HS256","kid":""}"#) },
        Forgery("a path as key id") { $0.hs256(header: #"{"alg":"HS256","kid":"../../dev/null"}"#) },
        Forgery("SQL as key id") { $0.hs256(header: #"{"alg":"HS256","kid":"' OR '1'='1"}"#) },
        Forgery("a number as key id") { $0.hs256(header: #"{"alg":"HS256","kid":7}"#) },
        Forgery("a key of its own in the header") { forge in
            let key = P256.Signing.PrivateKey()
            let point = Array(key.publicKey.rawRepresentation)
            let x = Base64URL.text(point[..<32])
            let y = Base64URL.text(point[32...])
            return try forge.es256(
                header: #"{"alg":"ES256","jwk":{"kty":"EC","crv":"P-256","x":"\#(x)","y":"\#(y)"}}"#, key: key)
        },
        Forgery("an extension that must be understood") {
            $0.hs256(header: #"{"alg":"HS256","crit":["exp"],"exp":1}"#)
        },
        Forgery("no extension that must be understood") { $0.hs256(header: #"{"alg":"HS256","crit":[]}"#) },
        Forgery("no algorithm in the header") { $0.hs256(header: #"{"typ":"JWT"}"#) },
        Forgery("an algorithm that is no text") { $0.hs256(header: #"{"alg":["HS256"]}"#) },
        Forgery("two algorithms") { $0.hs256(header: #"{"alg":"HS256","alg":"none"}"#) },
        Forgery("two algorithms, one in disguise") { $0.hs256(header: #"{"alg":"HS256","\u0061lg":"none"}"#) },
        Forgery("a header that is no object") { $0.hs256(header: #"["HS256"]"#) },
        Forgery("a header with something behind it") { $0.hs256(header: #"{"alg":"HS256"} {}"#) },
    ]

    private static let forms: [Forgery] = [
        Forgery("nothing") { _ in [] },
        Forgery("two dots") { _ in Array("..".utf8) },
        Forgery("two parts") { Array($0.hs256().prefix { $0 != UInt8(ascii: ".") }) + Array(".e30".utf8) },
        Forgery("four parts") { $0.hs256() + Array(".e30".utf8) },
        Forgery("an encrypted token's five parts") { $0.hs256() + Array(".e30.e30".utf8) },
        Forgery("a part with padding") { $0.hs256() + Array("=".utf8) },
        Forgery("a line end behind it") { $0.hs256() + [0x0A] },
        Forgery("a NUL behind it") { $0.hs256() + [0] },
        Forgery("a space in front") { [0x20] + $0.hs256() },
        Forgery("the signature's meaningless bits set") { forge in
            var token = forge.hs256()
            let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
            // 32 bytes are 43 letters, of which the last has two bits that mean nothing and are 0.
            token[token.count - 1] = alphabet[(alphabet.firstIndex(of: token[token.count - 1]) ?? 0) | 1]
            return token
        },
        Forgery("claims that are no object") { $0.hs256("[]") },
        Forgery("claims that are no JSON") { $0.hs256("sub=7") },
        Forgery("no claims") { $0.hs256("") },
        Forgery("bytes that are no text") { _ in (0..<255).map { UInt8($0) } },
        Forgery("a megabyte of dots") { _ in Array(repeating: UInt8(ascii: "."), count: 1 << 20) },
        Forgery("claims nested without end") { forge in
            forge.hs256("{\"a\":" + String(repeating: "[", count: 100_000))
        },
    ]

    private static let claims: [Forgery] = [
        .claims("no user", ["sub": nil]),
        .claims("a number as user", ["sub": "7"]),
        .claims("a negative user", ["sub": #""-7""#]),
        .claims("user 0", ["sub": #""0""#]),
        .claims("a user with a sign", ["sub": #""+7""#]),
        .claims("a user with zeros", ["sub": #""007""#]),
        .claims("a user with a space", ["sub": #"" 7""#]),
        .claims("a user beyond 64 bits", ["sub": #""18446744073709551623""#]),
        .claims("a user in other digits", ["sub": "\"\u{0667}\""]),
        .claims("a name as user", ["sub": #""admin""#]),
        .claims("an empty tenant", ["tenant_id": #""""#]),
        .claims("a tenant without dashes", ["tenant_id": #""0123456789abcdef0123456789abcdef""#]),
        .claims("a tenant in braces", ["tenant_id": #""{\#(TokenForge.tenantText)}""#]),
        .claims("a slug as tenant", ["tenant_id": #""acme""#]),
        .claims("several tenants", ["tenant_id": #"["\#(TokenForge.tenantText)"]"#]),
        .claims("no end", ["exp": nil]),
        .claims("an end that is past", ["exp": "\(TokenForge.nowSeconds - 61)"]),
        .claims("an end as text", ["exp": #""\#(TokenForge.nowSeconds + 600)""#]),
        .claims("an end of nothing", ["exp": "null"]),
        .claims("a negative end", ["exp": "-1"]),
        .claims("an end beyond the year 9999", ["exp": "253402300800"]),
        .claims("an end beyond all numbers", ["exp": "1e999"]),
        .claims("a beginning in the future", ["nbf": "\(TokenForge.nowSeconds + 61)"]),
        .claims("a beginning as text", ["nbf": #""0""#]),
        .claims("a beginning beyond all numbers", ["nbf": "1e300"]),
        Forgery("two users") { forge in
            forge.hs256(#"{"sub":"8",\#(TokenForge.claims().dropFirst())"#)
        },
        Forgery("two users, one in disguise") { forge in
            forge.hs256(#"{"s\u0075b":"8",\#(TokenForge.claims().dropFirst())"#)
        },
        Forgery("two tenants") { forge in
            forge.hs256(#"{"tenant_id":"\#(Callers.tenantB)",\#(TokenForge.claims().dropFirst())"#)
        },
    ]

    @Test("A forged token is refused", arguments: signatures + headers + forms + claims)
    func refuses(_ forgery: Forgery) async throws {
        let forge = TokenForge()
        let keys = try await forge.keys()
        let token = try forgery.token(forge)
        let error = await #expect(throws: ServiceError.self) { try await keys.verify(token, at: TokenForge.now) }
        #expect(error?.code == .unauthenticated)
    }

    @Test("The forge makes good tokens too, so that what is refused is refused for what is wrong with it")
    func control() async throws {
        let forge = TokenForge()
        let keys = try await forge.keys()
        #expect(
            try await keys.verify(forge.hs256(TokenForge.claims(["iss": #""x""#, "iat": "0"])), at: TokenForge.now)
                .userID == 7)
    }
}
