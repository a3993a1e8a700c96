internal import Testing

@testable internal import Services

@Suite("Slugs, domains and email addresses")
struct NamesTests {
    @Test("A slug", arguments: ["a", "acme", "a1", "a-b", "a--b", String(repeating: "a", count: 63)])
    func slug(_ text: String) {
        #expect(TenantSlug.isValid(text))
    }

    @Test(
        "No slug",
        arguments: [
            "", "-a", "a-", "1a", "A", "aB", "a_b", "a.b", "a b", "ä", "a\n", String(repeating: "a", count: 64),
            "abcdef01-0000-4000-8000-000000000000",
        ])
    func noSlug(_ text: String) {
        #expect(!TenantSlug.isValid(text))
    }

    private static let label = String(repeating: "a", count: 63)

    @Test(
        "A domain is kept in lower case",
        arguments: [
            ("example.com", "example.com"), ("Example.COM", "example.com"), ("localhost", "localhost"),
            ("xn--bcher-kva.example", "xn--bcher-kva.example"), ("1.example", "1.example"), ("a-b.c", "a-b.c"),
            ("\(label).\(label).\(label).\(String(repeating: "a", count: 61))", nil),
        ])
    func domain(_ text: String, _ canonical: String?) {
        #expect(DomainName.canonical(text) == canonical ?? text)
    }

    @Test(
        "No domain",
        arguments: [
            "", ".", "a.", ".a", "a..b", "-a.b", "a-.b", "a_b.c", "a b", "bücher.example", "127.0.0.1", "1", "a.1",
            "a:80",
            "a/b", "\u{212A}elvin.com", "\(label)a.com", "\(label).\(label).\(label).\(label)",
        ])
    func noDomain(_ text: String) {
        #expect(DomainName.canonical(text) == nil)
    }

    @Test(
        "An address",
        arguments: [
            "a@b", "ann@example.com", "Ann.B+c@Sub.Example.com", "ä@example.com", "o'neil@example.com",
            String(repeating: "a", count: 64) + "@example.com",
        ])
    func email(_ text: String) {
        #expect(EmailAddress.isValid(text))
    }

    @Test(
        "No address",
        arguments: [
            "", "@", "a@", "@b", "a", "a@b@c", "a b@c", "a@b c", "a\n@b", "a@b\n", ".a@b", "a.@b", "a..b@c", "<a@b>",
            "a@-b",
            "\"a b\"@c", "a@127.0.0.1", "a@[127.0.0.1]", "a\u{2003}b@c", String(repeating: "a", count: 65) + "@b",
            "a@" + String(repeating: "b.", count: 126) + "b",
        ])
    func noEmail(_ text: String) {
        #expect(!EmailAddress.isValid(text))
    }
}
