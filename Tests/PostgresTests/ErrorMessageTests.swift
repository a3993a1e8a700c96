import Testing

@testable internal import Postgres

@Suite("Messages of libpq")
struct ErrorMessageTests {
    @Test(
        "Lines become sentences on one line",
        arguments: [
            ("", ""), ("one\n", "one"),
            (
                "connection to server at \"db\" failed: Connection refused\n\tIs the server running?\n",
                "connection to server at \"db\" failed: Connection refused. Is the server running?"
            ),
            ("FATAL:  no such database\n\n", "FATAL: no such database"),
            ("ERROR:  a list:\n  Second\nthird", "ERROR: a list: Second third"),
        ])
    func oneLine(text: String, line: String) { #expect(text.asOneLine == line) }
}
