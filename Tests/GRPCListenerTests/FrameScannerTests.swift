import Testing

@testable internal import GRPCListener

@Suite("Frame scanner") struct FrameScannerTests {
    private static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

    private static func frame(_ type: UInt8, _ flags: UInt8, _ payload: [UInt8]) -> [UInt8] {
        let count = payload.count
        return [UInt8(count >> 16), UInt8(count >> 8 & 0xFF), UInt8(count & 0xFF), type, flags, 0, 0, 0, 1] + payload
    }

    private static let input =
        preface + frame(4, 0, []) + frame(1, 5, [1, 2, 3]) + frame(0, 1, [UInt8](repeating: 7, count: 300))
        + frame(6, 0, [UInt8](repeating: 0, count: 8))
    private static let headers = [
        FrameScanner.FrameHeader(length: 0, type: 4, flags: 0), .init(length: 3, type: 1, flags: 5),
        .init(length: 300, type: 0, flags: 1), .init(length: 8, type: 6, flags: 0),
    ]

    @Test("Frames are found wherever the input is cut in two") func everySplit() {
        for cut in 0...Self.input.count {
            var scanner = FrameScanner()
            var found: [FrameScanner.FrameHeader] = []
            var completed = 0
            for part in [Self.input[..<cut], Self.input[cut...]] {
                completed += Array(part).withUnsafeBytes { scanner.scan($0) { found.append($0) } }
            }
            #expect(found == Self.headers)
            #expect(completed == 4)
            #expect(!scanner.isWithinFrame)
        }
    }

    @Test("Frames are found byte by byte, and what has begun is known to be incomplete") func byteByByte() {
        var scanner = FrameScanner()
        var found: [FrameScanner.FrameHeader] = []
        var boundaries: [Int] = []
        for (index, byte) in Self.input.enumerated() {
            _ = [byte].withUnsafeBytes { scanner.scan($0) { found.append($0) } }
            if !scanner.isWithinFrame { boundaries.append(index + 1) }
        }
        #expect(found == Self.headers)
        let ends = [24, 33, 45, 354, 371]
        #expect(boundaries == ends)
    }
}
