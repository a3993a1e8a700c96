internal import AgentdCore
internal import Testing

@testable internal import Services

@Suite("The seal of a secret")
struct SecretSealTests {
    private static let requestID = UUIDValue(high: 1, low: 2)

    private static func seal(_ bearer: String = "token", requestID: UUIDValue = requestID) throws -> SecretSeal {
        SecretSeal(bearer: try BearerToken(authorization: Array("Bearer \(bearer)".utf8)), requestID: requestID)
    }

    @Test("The same bearer token and request open it")
    func roundTrip() throws {
        let key = APIKey.generate()
        let sealed = try Self.seal().close(key)
        #expect(try Self.seal().open(sealed, keyID: key.id) == key.text)
    }

    @Test("Another token, request or key opens nothing")
    func strangers() throws {
        let key = APIKey.generate()
        let sealed = try Self.seal().close(key)
        #expect(try Self.seal("other").open(sealed, keyID: key.id) == nil)
        #expect(try Self.seal(requestID: UUIDValue(high: 1, low: 3)).open(sealed, keyID: key.id) == nil)
        #expect(try Self.seal().open(sealed, keyID: APIKey.generate().id) == nil)
    }

    @Test("What is altered or cut opens nothing, and the secret is not readable in it")
    func tampering() throws {
        let key = APIKey.generate()
        let sealed = try Self.seal().close(key)
        for index in sealed.indices {
            var altered = sealed
            altered[index] ^= 1
            #expect(try Self.seal().open(altered, keyID: key.id) == nil)
            #expect(try Self.seal().open(Array(sealed[..<index]), keyID: key.id) == nil)
        }
        #expect(!String(decoding: sealed, as: UTF8.self).contains("agd_"))
        #expect(try Self.seal().close(key) != sealed)
    }
}
