internal import AgentdCore
internal import Testing

@testable internal import Services

@Suite("Signed tokens")
struct SigningKeysTests {
    private let forge = TokenForge()

    private static func subject(expiring seconds: Int) -> SigningKeys.Subject {
        SigningKeys.Subject(
            tenantID: Callers.tenantA, userID: 7, expireTime: Timestamp(microseconds: Int64(seconds + 60) * 1_000_000))
    }

    @Test("Tokens of every algorithm are accepted")
    func accepts() async throws {
        let keys = try await forge.keys()
        let expected = Self.subject(expiring: TokenForge.nowSeconds + 600)
        #expect(try await keys.verify(forge.hs256(), at: TokenForge.now) == expected)
        #expect(try await keys.verify(forge.es256(), at: TokenForge.now) == expected)
        #expect(try await keys.verify(forge.edDSA(), at: TokenForge.now) == expected)
        #expect(try await keys.verify(Array(TokenForge.signedWithRSA.utf8), at: TokenForge.now) == expected)
    }

    @Test("Without a key id the one key of the algorithm is meant")
    func noKeyID() async throws {
        let keys = try await forge.keys()
        #expect(try await keys.verify(forge.es256(header: #"{"alg":"ES256"}"#), at: TokenForge.now).userID == 7)
    }

    @Test("Clocks may be 60 seconds apart, either way")
    func skew() async throws {
        let keys = try await forge.keys()
        func reason(_ changes: [String: String?]) async -> Reason? {
            do {
                _ = try await keys.verify(forge.hs256(TokenForge.claims(changes)), at: TokenForge.now)
                return nil
            } catch {
                return error.reason
            }
        }
        #expect(await reason(["exp": "\(TokenForge.nowSeconds - 59)"]) == nil)
        #expect(await reason(["exp": "\(TokenForge.nowSeconds - 60)"]) == .tokenExpired)
        #expect(await reason(["exp": "\(TokenForge.nowSeconds - 59).5"]) == nil)
        #expect(await reason(["nbf": "\(TokenForge.nowSeconds + 60)"]) == nil)
        #expect(await reason(["nbf": "\(TokenForge.nowSeconds + 61)"]) == .tokenInvalid)
        #expect(await reason(["nbf": "\(TokenForge.nowSeconds - 600)"]) == nil)
    }

    @Test("Issuer and audience must be those of the settings")
    func issuerAndAudience() async throws {
        let keys = try await forge.keys(issuer: TokenForge.issuer, audience: TokenForge.audience)
        func isAccepted(_ changes: [String: String?]) async -> Bool {
            (try? await keys.verify(forge.hs256(TokenForge.claims(changes)), at: TokenForge.now)) != nil
        }
        let issuer = #""\#(TokenForge.issuer)""#
        #expect(await isAccepted(["iss": issuer, "aud": #""agentd""#]))
        #expect(await isAccepted(["iss": issuer, "aud": #"["other","agentd"]"#]))
        #expect(await !isAccepted(["iss": #""https://other.example.com""#, "aud": #""agentd""#]))
        #expect(await !isAccepted(["iss": issuer, "aud": #""other""#]))
        #expect(await !isAccepted(["iss": issuer, "aud": "[]"]))
        #expect(await !isAccepted(["iss": issuer, "aud": #"{"agentd":true}"#]))
        #expect(await !isAccepted(["iss": #"["\#(TokenForge.issuer)"]"#, "aud": #""agentd""#]))
        #expect(await !isAccepted(["iss": issuer]))
        #expect(await !isAccepted(["aud": #""agentd""#]))
    }

    @Test("A token with any byte altered or cut away is refused")
    func tampering() async throws {
        let keys = try await forge.keys()
        for token in [forge.hs256(), try forge.es256(), try forge.edDSA()] {
            for index in token.indices {
                var altered = token
                altered[index] = altered[index] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
                await #expect(throws: ServiceError.self, "byte \(index)") {
                    try await keys.verify(altered, at: TokenForge.now)
                }
                await #expect(throws: ServiceError.self, "cut at \(index)") {
                    try await keys.verify(Array(token[..<index]), at: TokenForge.now)
                }
            }
        }
    }

    private static let unusable: [(secret: String?, keySet: String?, fragment: String)] = [
        ("", nil, "at least 32 bytes"),
        (String(repeating: "x", count: 31), nil, "at least 32 bytes"),
        (nil, "", "not a JSON Web Key Set"),
        (nil, "{}", "not a JSON Web Key Set"),
        (nil, #"{"keys":[]}"#, "holds no key"),
        (nil, #"{"keys":[{"kty":"oct","kid":"a","k":"c2VjcmV0"}]}"#, "not a JSON Web Key Set"),
        (nil, #"{"keys":[{"kty":"RSA","n":"AQ","e":"AQAB"}]}"#, "has no `kid`"),
        (nil, #"{"keys":[{"kty":"RSA","kid":"a","n":"AQ","e":"AQAB"}]}"#, "cannot be used"),
        (nil, #"{"keys":[{"kty":"EC","kid":"a","crv":"P-256","x":"AQ","y":"AQ"}]}"#, "cannot be used"),
        (nil, #"{"keys":[{"kty":"RSA","kid":"a","alg":"ES256","n":"AQ","e":"AQAB"}]}"#, "another algorithm"),
        (nil, #"{"keys":[{"kty":"RSA","kid":"a","alg":"PS256","n":"AQ","e":"AQAB"}]}"#, "another algorithm"),
    ]

    @Test("Keys that cannot be used are refused at start, in words", arguments: unusable)
    func unusableKeys(_ secret: String?, _ keySet: String?, _ fragment: String) async {
        let failure = await #expect(throws: SigningKeys.Failure.self) {
            try await SigningKeys(secret: secret, keySet: keySet, issuer: nil, audience: nil)
        }
        #expect(failure?.description.contains(fragment) == true, "\(failure?.description ?? "nothing")")
    }

    @Test("Two keys with one id are refused")
    func sameKeyID() async {
        let key = #"{"kty":"RSA","kid":"a","n":"\#(TokenForge.modulus)","e":"AQAB"}"#
        let failure = await #expect(throws: SigningKeys.Failure.self) {
            try await SigningKeys(secret: nil, keySet: "{\"keys\":[\(key),\(key)]}", issuer: nil, audience: nil)
        }
        #expect(failure?.description.contains("the same `kid`") == true)
    }

    @Test("Where nothing is configured nothing is accepted")
    func noKeys() async throws {
        let keys = try await SigningKeys(secret: nil, keySet: nil, issuer: nil, audience: nil)
        await #expect(throws: ServiceError.self) { try await keys.verify(forge.hs256(), at: TokenForge.now) }
    }
}
