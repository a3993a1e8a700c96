import Testing

@testable internal import Operations

@Suite("Redaction")
struct RedactionTests {
    private static let token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI3In0.c2lnbmF0dXJlLWhlcmU_x-y"
    private static let privateKey = """
        -----BEGIN EC PRIVATE KEY-----
        MHcCAQEEIBsecretsecretsecret
        -----END EC PRIVATE KEY-----
        """

    @Test(
        "Secrets are blotted out, and what is around them stays",
        arguments: [
            ("key agd_0123456789abcdef01234567_00ff", "key agd_..."),
            ("agd_01_02,agd_03_04.", "agd_...,agd_...."),
            ("a token \(token), and more", "a token eyJ..., and more"),
            ("(\(token))", "(eyJ...)"), ("/\(token)", "/eyJ..."), ("token=\(token)", "token=eyJ..."),
            ("Authorization: Bearer abcdefghijkl0123==", "Authorization: Bearer ..."),
            ("authorization=bEARER abcdefgh", "authorization=bEARER ..."),
            ("file: \(privateKey)\nnext", "file: -----BEGIN EC PRIVATE KEY-----...-----END EC PRIVATE KEY-----\nnext"),
            ("-----BEGIN PRIVATE KEY-----\nMIGHAgEAMB", "-----BEGIN PRIVATE KEY-----..."),
            (
                "to postgresql://app:s3cr:et!@db.example:5432/agentd now",
                "to postgresql://app:...@db.example:5432/agentd now"
            ),
            ("postgres://:pw@/x", "postgres://:...@/x"),
            (
                "postgresql://db/x?user=a&password=pw&sslmode=require",
                "postgresql://db/x?user=a&password=...&sslmode=require"
            ),
            ("host=db password=s3cret user=app", "host=db password=... user=app"),
            ("host=db password = s3cret", "host=db password = ..."),
            ("password='it is' x", "password='...' x"),
            (#"sslpassword='a \' b' user=c"#, "sslpassword='...' user=c"),
            ("password='never ends", "password='..."),
            ("PASSWORD=x", "PASSWORD=..."),
        ])
    func secret(text: String, expected: String) {
        #expect(Redaction.applied(to: text) == expected)
    }

    @Test(
        "What is no secret stays as it is",
        arguments: [
            "", "a", "agd", "agd_", "agd_...", "eyJ", "an eyJar of keys", "keyJhbGciOiJIUzI1NiJ9abcdef", "Bearer token",
            "Bearer <token>", "the bearer", "http://[::1]:50051/x", "http://host:80/a@b", "postgresql://app@db/agentd",
            "unix:/run/agentd.sock", "the password is wrong", "password=", "password authentication failed", "-----",
            "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----", "4bf92f3577b34da6a3ce929d0e0e4736",
            "caf\u{e9} \u{1F600}",
        ])
    func harmless(text: String) {
        #expect(Redaction.applied(to: text) == text)
    }

    @Test("A long text takes no longer than its length asks for", .timeLimit(.minutes(1)))
    func long() {
        for mark in ["agd_0", "eyJ", "://a:", "password=", "password='", "-----BEGIN PRIVATE KEY-----", "-----BEGIN "] {
            let text = String(repeating: mark, count: 50_000)
            #expect(Redaction.applied(to: text).utf8.count <= text.utf8.count + 150_000)
        }
    }
}
