internal import AgentdCore
internal import Testing

@testable internal import Services

@Suite("The header of a token")
struct BearerTokenTests {
    @Test(
        "The case of Bearer does not matter, nor do spaces behind it",
        arguments: ["Bearer abc", "bearer abc", "BEARER abc", "bEaReR    abc"])
    func reads(_ header: String) throws {
        #expect(try BearerToken(authorization: Array(header.utf8)).bytes == Array("abc".utf8))
    }

    @Test(
        "Anything else is refused",
        arguments: [
            "", "Bearer", "Bearer ", "Bearer     ", "abc", "Basic abc", "Bearerabc", "Bearer\tabc", "Bearer\0abc",
            " Bearer abc",
        ])
    func refuses(_ header: String) {
        let error = #expect(throws: ServiceError.self) { try BearerToken(authorization: Array(header.utf8)) }
        #expect(error?.reason == .tokenInvalid && error?.code == .unauthenticated)
    }

    @Test("A token of 4,096 bytes is the longest")
    func bounds() throws {
        let scheme = Array("Bearer ".utf8)
        #expect(try BearerToken(authorization: scheme + Array(repeating: 0x61, count: 4_096)).bytes.count == 4_096)
        #expect(throws: ServiceError.self) {
            try BearerToken(authorization: scheme + Array(repeating: 0x61, count: 4_097))
        }
    }
}
