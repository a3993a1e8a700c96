internal import Testing

@testable internal import Services

@Suite("Base64 for URLs")
struct Base64URLTests {
    private static let examples: [(bytes: [UInt8], text: String)] = [
        ([], ""), ([0x66], "Zg"), ([0x66, 0x6F], "Zm8"), ([0x66, 0x6F, 0x6F], "Zm9v"), ([0xFB, 0xFF, 0xFE], "-__-"),
    ]

    @Test("Examples of RFC 4648, without padding", arguments: examples)
    func readsAndWrites(_ bytes: [UInt8], _ text: String) {
        #expect(Base64URL.text(bytes) == text)
        #expect(Base64URL.bytes(text.utf8) == bytes)
    }

    @Test(
        "What is not canonical is refused",
        arguments: ["Zg==", "Zh", "Zm9", "Z", "+//+", "-_/-", "Zm9v\n", " Zm9v", "Zm.v", "Zm9vä", "="])
    func refuses(_ text: String) {
        #expect(Base64URL.bytes(text.utf8) == nil)
    }
}
