internal import Services
import Testing

/// With the examples of the standard: https://www.w3.org/TR/trace-context/
@Suite("Trace context")
struct TraceContextTests {
    private static let traceID = "4bf92f3577b34da6a3ce929d0e0e4736"
    private static let spanID = "00f067aa0ba902b7"
    private static let zeros = String(repeating: "0", count: 32)

    private func read(_ text: String) -> TraceContext? { TraceContext(Array(text.utf8)) }

    @Test(
        "What the standard allows is read",
        arguments: [
            "00-\(traceID)-\(spanID)-01", "00-\(traceID)-\(spanID)-00", "00-\(traceID)-\(spanID)-ff",
            // Of a newer version, what this one knows.
            "01-\(traceID)-\(spanID)-01", "cc-\(traceID)-\(spanID)-01",
            "cc-\(traceID)-\(spanID)-01-what-the-future-will-be-like", "cc-\(traceID)-\(spanID)-01-",
        ])
    func valid(_ text: String) throws {
        let context = try #require(read(text))
        #expect(context.traceID == Self.traceID)
        #expect(context.spanID == Self.spanID)
    }

    @Test(
        "Anything else is ignored",
        arguments: [
            "", "00", "-", "00-\(traceID)-\(spanID)", "00-\(traceID)-\(spanID)-", "00-\(traceID)-\(spanID)-0",
            // A version that will never be, and ones that are none.
            "ff-\(traceID)-\(spanID)-01", "0-\(traceID)-\(spanID)-01", ".0-\(traceID)-\(spanID)-01",
            "0.-\(traceID)-\(spanID)-01", "000-\(traceID)-\(spanID)-01",
            // Longer than its version allows.
            "00-\(traceID)-\(spanID)-01-", "00-\(traceID)-\(spanID)-01.", "00-\(traceID)-\(spanID)-01-more",
            "cc-\(traceID)-\(spanID)-01.what-the-future-will-not-be-like", "cc-\(traceID)-\(spanID)-012",
            // Nothing but zeros.
            "00-\(zeros)-\(spanID)-01", "00-\(traceID)-0000000000000000-01",
            // Upper case, other characters, wrong lengths and separators.
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-\(spanID)-01", "00-\(traceID)-00F067AA0BA902B7-01",
            "00-\(traceID)-\(spanID)-0A", "00-.bf92f3577b34da6a3ce929d0e0e4736-\(spanID)-01",
            "00-\(traceID)-00f067aa0ba902b.-01", "00-\(traceID)-\(spanID)-.0", "00-\(traceID)-\(spanID)-0.",
            "00-\(traceID)0-\(spanID)-01", "00-\(traceID)-\(spanID)0-01", "00_\(traceID)-\(spanID)-01",
            "00-\(traceID)_\(spanID)-01", "00-\(traceID)-\(spanID)_01", " 00-\(traceID)-\(spanID)-01",
            "00-\(traceID)-\(spanID)-01 ", "00-\(traceID)-00f067aa0ba902\u{e9}-01",
        ])
    func invalid(_ text: String) {
        #expect(read(text) == nil)
    }
}
