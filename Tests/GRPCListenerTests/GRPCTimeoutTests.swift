import Testing

@testable internal import GRPCListener

@Suite("grpc-timeout") struct GRPCTimeoutTests {
    private func read(_ text: String) -> UInt64? {
        Array(text.utf8).withUnsafeBytes { GRPCTimeout.nanoseconds($0) }
    }

    @Test(
        "Every legal form is read",
        arguments: [
            ("1n", 1), ("1u", 1_000), ("1m", 1_000_000), ("1S", 1_000_000_000), ("1M", 60_000_000_000),
            ("1H", 3_600_000_000_000), ("0S", 0), ("00000001S", 1_000_000_000), ("30000000u", 30_000_000_000),
            ("99999999n", 99_999_999), ("01S", 1_000_000_000),
        ] as [(String, UInt64)])
    func legal(text: String, nanoseconds: UInt64) { #expect(read(text) == nanoseconds) }

    @Test("Millions of hours are the longest time there is") func longest() { #expect(read("99999999H") == .max) }

    @Test(
        "Everything else is not",
        arguments: [
            "", "S", "1", "1s", "1h", "-1S", "+1S", " 1S", "1S ", "1 S", "1.5S", "123456789S", "000000001S", "1D",
            "1SS",
            "0x1S", "٣S", "1\0",
        ])
    func illegal(text: String) { #expect(read(text) == nil) }
}
