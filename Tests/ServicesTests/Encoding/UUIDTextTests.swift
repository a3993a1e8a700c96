internal import AgentdCore
internal import Foundation
internal import Testing

@Suite("UUIDs as text")
struct UUIDTextTests {
    @Test("Every UUID has the text that Foundation gives it, in lower case, and is read back from it")
    func likeFoundation() {
        var values = [UUIDValue(high: 0, low: 0), UUIDValue(high: .max, low: .max)]
        values.append(UUIDValue(high: 0x0123_4567_89AB_CDEF, low: 0xFEDC_BA98_7654_3210))
        for _ in 0..<1_000 { values.append(UUIDValue(high: .random(in: 0 ... .max), low: .random(in: 0 ... .max))) }
        for value in values {
            let bytes =
                withUnsafeBytes(of: value.high.bigEndian) { Array($0) }
                + withUnsafeBytes(of: value.low.bigEndian) { Array($0) }
            let expected = NSUUID(uuidBytes: bytes).uuidString.lowercased()
            #expect(value.description == expected)
            #expect(UUIDValue(expected) == value)
        }
    }
}
