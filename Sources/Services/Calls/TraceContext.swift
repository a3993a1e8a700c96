/// The trace that a call belongs to, out of its header `traceparent`.
///
/// <https://www.w3.org/TR/trace-context/>
package struct TraceContext: Sendable, Equatable {
    private static let lengthOfVersion0 = 55
    private static let version = 0..<2
    private static let trace = 3..<35
    private static let span = 36..<52
    private static let flags = 53..<55

    /// The header as it came.
    private let text: [UInt8]

    /// Nil when it is not one, which is no error: the standard wants it to be ignored. Of a version that is newer than
    /// this, what version 00 knows is read.
    package init?(_ traceparent: [UInt8]) {
        let text = traceparent
        guard text.count >= Self.lengthOfVersion0,
            [2, 35, 52].allSatisfy({ text[$0] == Self.hyphen }),
            [Self.version, Self.trace, Self.span, Self.flags].allSatisfy({ text[$0].allSatisfy(Self.isDigit) }),
            text[Self.trace].contains(where: { $0 != Self.zero }), text[Self.span].contains(where: { $0 != Self.zero })
        else { return nil }
        let version = text[Self.version]
        guard !version.elementsEqual("ff".utf8) else { return nil }
        if version.allSatisfy({ $0 == Self.zero }) {
            guard text.count == Self.lengthOfVersion0 else { return nil }
        } else {
            guard text.count == Self.lengthOfVersion0 || text[Self.lengthOfVersion0] == Self.hyphen else { return nil }
        }
        self.text = text
    }

    /// 32 hexadecimal digits.
    package var traceID: String { String(decoding: text[Self.trace], as: UTF8.self) }

    /// Of the caller's part of the trace, 16 hexadecimal digits.
    package var spanID: String { String(decoding: text[Self.span], as: UTF8.self) }

    private static let hyphen = UInt8(ascii: "-")
    private static let zero = UInt8(ascii: "0")

    /// Only lower case is valid.
    private static func isDigit(_ byte: UInt8) -> Bool {
        (zero...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }
}
