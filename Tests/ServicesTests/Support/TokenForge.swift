internal import AgentdCore
internal import Crypto

@testable internal import Services

/// Makes signed tokens, good and forged ones, and the keys that the daemon would know.
struct TokenForge: Sendable {
    /// 2025-06-15T15:06:40Z
    static let now = Timestamp(microseconds: 1_750_000_000_000_000)
    static let nowSeconds = 1_750_000_000
    static let issuer = "https://issuer.example.com"
    static let audience = "agentd"
    static let tenantText = "01234567-89ab-cdef-0123-456789abcdef"

    /// The modulus of an RSA key whose private half is not kept.
    static let modulus =
        "v7HDwLAy0GCEPeva5iAyHcTP979oDPUxtGcvsGs0sJbTZEi6S7ar9DFiGjbCfiT81BKKxK6qp2clYvonO8DSX_pWhuzK3p7mYDZCv3hYYldB"
        + "qqds13pHvdcfSaKobZHO7Am2_jo46abh7WosM98nKYTwHABbrprEeyYHRiVfYf9AC1V9w5a5M90Vlpo5I8jcMVH_dkIL_FHkl67qxf0YMkAc"
        + "qmGa4NJ6X0P1UUGdA8a-1ivcw0SNWJsUWKbN1Ca15L6Zg6Hcg_U6Fsn5uvVZhkByUcrZ1WF_BA33wuossFTkI7s-J3MO0jSC6LuGU0Skjlrq"
        + "KBMpRlWM9vGFDm9uyw"
    /// Signed with that key: user 7 of `tenantText`, until ten minutes after `now`.
    static let signedWithRSA =
        "eyJhbGciOiJSUzI1NiIsImtpZCI6InJzYSJ9.eyJzdWIiOiI3IiwidGVuYW50X2lkIjoiMDEyMzQ1NjctODlhYi1jZGVmLTAxMjMtNDU2Nzg5"
        + "YWJjZGVmIiwiZXhwIjoxNzUwMDAwNjAwfQ.IyHe2ASHa7-D1ZIH5HCY1W9big3zu6lxhBJwwUtZ74VtccmlPaoLEfjPIAa7b0G6JOKYI24j"
        + "C71ppKVPa38y7kSEPU9Y5QJJOugHY_JowNIdugGZqde31sOHabitcx2mJiO6bJhXuvTYu2Ra-baEp0o6Z00SihyFE8Sl6u12n9VSoTXAu6Ct"
        + "1BeRWJ8pvt60OLEYSBLF8atfvf1HcyQB6YiP5XdaVthsKTHgEAX5qDRYDmAXD4pADO08stj13GlJfVp6gTC4FC9r3xchTXk8DrnohMeN-XcY"
        + "lwbAaVZkCPHy26MgvURL7lt8ijSus2eGKM2ZOfokrePjAyIvlZq3aQ"

    let secret = "a secret of this test, longer than 32 bytes"
    let ecdsa = P256.Signing.PrivateKey()
    let edDSA = Curve25519.Signing.PrivateKey()

    /// The public half of the keys with the ids `ec`, `ed` and `rsa`.
    var keySet: String {
        let point = Array(ecdsa.publicKey.rawRepresentation)
        let edwardsPoint = Base64URL.text(edDSA.publicKey.rawRepresentation)
        return """
            {"keys": [
                {"kty": "EC", "crv": "P-256", "alg": "ES256", "kid": "ec", "use": "sig",
                 "x": "\(Base64URL.text(point[..<32]))", "y": "\(Base64URL.text(point[32...]))"},
                {"kty": "OKP", "crv": "Ed25519", "kid": "ed", "x": "\(edwardsPoint)"},
                {"kty": "RSA", "kid": "rsa", "n": "\(Self.modulus)", "e": "AQAB"}
            ]}
            """
    }

    func keys(issuer: String? = nil, audience: String? = nil) async throws -> SigningKeys {
        try await SigningKeys(secret: secret, keySet: keySet, issuer: issuer, audience: audience)
    }

    /// Claims that are good as they are; `changes` replace or add some, as JSON.
    static func claims(_ changes: [String: String?] = [:]) -> String {
        var claims: [String: String?] = [
            "sub": #""7""#, "tenant_id": #""\#(tenantText)""#, "exp": "\(nowSeconds + 600)",
        ]
        claims.merge(changes) { $1 }
        return "{" + claims.compactMap { name, value in value.map { "\"\(name)\":\($0)" } }.joined(separator: ",") + "}"
    }

    func hs256(
        _ claims: String = claims(), header: String = #"{"alg":"HS256","typ":"JWT"}"#, secret: [UInt8]? = nil
    ) -> [UInt8] {
        Self.compact(header, claims) { signed in
            let key = SymmetricKey(data: secret ?? Array(self.secret.utf8))
            return Array(HMAC<SHA256>.authenticationCode(for: signed, using: key))
        }
    }

    func es256(
        _ claims: String = claims(), header: String = #"{"alg":"ES256","kid":"ec"}"#,
        key: P256.Signing.PrivateKey? = nil
    ) throws -> [UInt8] {
        try Self.compact(header, claims) { Array(try (key ?? ecdsa).signature(for: $0).rawRepresentation) }
    }

    func edDSA(_ claims: String = claims(), header: String = #"{"alg":"EdDSA","kid":"ed"}"#) throws -> [UInt8] {
        try Self.compact(header, claims) { Array(try edDSA.signature(for: $0)) }
    }

    static func compact(
        _ header: String, _ claims: String, sign: ([UInt8]) throws -> [UInt8]
    ) rethrows -> [UInt8] {
        let signed = Array("\(Base64URL.text(header.utf8)).\(Base64URL.text(claims.utf8))".utf8)
        return signed + [UInt8(ascii: ".")] + Array(Base64URL.text(try sign(signed)).utf8)
    }
}
