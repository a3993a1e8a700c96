internal import Testing

@testable internal import Services

@Suite("API keys")
struct APIKeyTests {
    @Test("A key reads as what was generated")
    func roundTrip() throws {
        let key = APIKey.generate()
        let read = try #require(APIKey(Array(key.text.utf8)))
        #expect(read.id == key.id && read.text == key.text && read.secretDigest == key.secretDigest)
        #expect(key.text.hasPrefix("agd_\(key.id)_"))
        #expect(key.secretDigest.count == 32)
    }

    @Test("No two keys are alike")
    func unique() {
        let keys = (0..<1_000).map { _ in APIKey.generate() }
        #expect(Set(keys.map(\.id)).count == 1_000)
        #expect(Set(keys.map(\.secretDigest)).count == 1_000)
    }

    @Test("A key with any character altered is refused without looking it up")
    func tampering() {
        let text = Array(APIKey.generate().text.utf8)
        for index in text.indices {
            for character in [UInt8(ascii: "0"), UInt8(ascii: "f"), UInt8(ascii: "A"), UInt8(ascii: "_"), 0, 0xFF]
            where character != text[index] {
                var altered = text
                altered[index] = character
                #expect(APIKey(altered) == nil, "character \(index)")
            }
            var upper = text
            upper[index] &= 0xDF
            #expect(upper == text || APIKey(upper) == nil)
        }
    }

    @Test("A key that is cut or continued is refused")
    func lengths() {
        let text = Array(APIKey.generate().text.utf8)
        for length in 0..<text.count { #expect(APIKey(Array(text[..<length])) == nil) }
        #expect(APIKey(text + [UInt8(ascii: "0")]) == nil)
        #expect(APIKey([UInt8(ascii: " ")] + text) == nil)
    }
}
