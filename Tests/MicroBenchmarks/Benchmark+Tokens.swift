internal import AgentdCore
internal import Crypto
internal import FoundationEssentials
internal import Services

/// What it costs to find out who calls.
extension Benchmark {
    private static let now = Timestamp(microseconds: 1_750_000_000_000_000)
    private static let secret = "a secret of this benchmark, longer than 32 bytes"

    static var tokens: [Benchmark] {
        [
            Benchmark("token-known") {
                let token = Array(Samples.apiKey.utf8)
                let caller = Caller(
                    principal: Principal(
                        tenant: TenantProfile(id: Samples.tenantID), userID: 42, role: .member, userIsActive: true,
                        tokenID: "key"))
                var cache = TokenCache(capacity: 16_384)
                for number in UInt64(0)..<1_000 {
                    let other = withUnsafeBytes(of: number) { TokenDigest(of: $0) }
                    cache.keep(.caller(caller), of: other, expireTime: nil, at: 0)
                }
                cache.keep(.caller(caller), of: digest(of: token), expireTime: nil, at: 0)
                return { times in
                    for _ in 0..<times {
                        let verdict = cache.verdict(of: digest(of: token), maximumAge: 2, at: 1) { now }
                        guard case .caller? = verdict else { throw Failure(description: "the token is unknown") }
                    }
                }
            },
            Benchmark("token-new-api-key") {
                let text = Array(Samples.apiKey.utf8)
                return { times in
                    for _ in 0..<times {
                        guard let key = APIKey(text) else { throw Failure(description: "the key is none") }
                        guard key.secretDigest.count == 32 else { throw Failure(description: "its digest is none") }
                    }
                }
            },
            Benchmark("token-new-hs256", times: 200) {
                let loop = LocalLoop()
                let token = signedToken
                let keys = try loop.run {
                    try await SigningKeys(secret: secret, keySet: nil, issuer: nil, audience: nil)
                }
                return { times in
                    try loop.run { for _ in 0..<times { _ = try await keys.verify(token, at: now) } }
                }
            },
        ]
    }

    private static func digest(of token: [UInt8]) -> TokenDigest { token.withUnsafeBytes { TokenDigest(of: $0) } }

    private static var signedToken: [UInt8] {
        let claims = #"{"sub":"42","tenant_id":"\#(Samples.tenantID.description)","exp":1750000600}"#
        let signed = "\(base64URL(Array(#"{"alg":"HS256","typ":"JWT"}"#.utf8))).\(base64URL(Array(claims.utf8)))"
        let code = HMAC<SHA256>.authenticationCode(
            for: Array(signed.utf8), using: SymmetricKey(data: Array(secret.utf8)))
        return Array("\(signed).\(base64URL(Array(code)))".utf8)
    }

    private static func base64URL(_ bytes: [UInt8]) -> String {
        Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
            .replacing("=", with: "")
    }
}
