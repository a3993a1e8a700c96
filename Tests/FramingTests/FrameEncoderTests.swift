internal import Framing
internal import Testing

@Suite("FrameEncoder")
struct FrameEncoderTests {
    @Test("A frame is a zero, its length in network order, and its payload")
    func bytes() {
        var encoder = FrameEncoder()
        encoder.append([1, 2, 3])
        let bytes = encoder.drained()
        #expect(bytes == [0, 0, 0, 0, 3, 1, 2, 3])
    }

    @Test("What is encoded is decoded as it was", arguments: [0, 1, 255, 256, 65_535, 65_536, 1 << 20])
    func roundTrip(length: Int) {
        let payloads = [[UInt8(1)], Array(repeating: UInt8(9), count: length), []]
        var encoder = FrameEncoder()
        for payload in payloads { encoder.append(payload) }
        var stream = FrameStream(maximumPayloadBytes: 1 << 20)
        stream.receive(encoder.drained())
        let decoded = stream.payloads
        #expect(decoded == payloads)
    }

    @Test("What was drained does not come again", arguments: [10, 1 << 20])
    func drain(length: Int) {
        var encoder = FrameEncoder()
        encoder.append(Array(repeating: 1, count: length))
        let first = encoder.drained()
        let (count, isEmpty) = (encoder.count, encoder.isEmpty)
        #expect(first.count == length + FramePrefix.bytes)
        #expect(count == 0)
        #expect(isEmpty)

        encoder.append([2])
        let second = encoder.drained()
        #expect(second == [0, 0, 0, 0, 1, 2])
    }

    @Test("Memory that is not filled is zero, not what lay there before")
    func unfilledMemory() {
        var encoder = FrameEncoder()
        encoder.append(Array(repeating: 0xEE, count: 100))
        _ = encoder.drained()
        encoder.append(payloadBytes: 3) { $0[0] = 7 }
        let bytes = encoder.drained()
        #expect(bytes == [0, 0, 0, 0, 3, 7, 0, 0])
    }
}

extension FrameEncoder {
    fileprivate mutating func append(_ payload: [UInt8]) {
        append(payloadBytes: payload.count) { $0.copyBytes(from: payload) }
    }

    fileprivate mutating func drained() -> [UInt8] {
        var bytes: [UInt8] = []
        drain { bytes = Array($0) }
        return bytes
    }
}
