internal import Framing
internal import Testing

@Suite("FrameDecoder")
struct FrameDecoderTests {
    private static let maximum = 300
    private static let payloads: [[UInt8]] = [
        [], [0], [1, 0, 0, 0, 5], Array(repeating: 7, count: maximum), [], [255, 254],
    ]
    private static let stream = payloads.flatMap { frame($0) }

    @Test("Frames are the same at every point where the stream is split")
    func splitAnywhere() {
        for split in 0...Self.stream.count {
            var stream = FrameStream(maximumPayloadBytes: Self.maximum)
            stream.receive(Self.stream[..<split])
            stream.receive(Self.stream[split...])
            let (payloads, error, rest) = (stream.payloads, stream.error, stream.holdsPartialFrame)
            #expect(payloads == Self.payloads, "split at \(split)")
            #expect(error == nil)
            #expect(!rest)
        }
    }

    @Test("Frames are the same in chunks of every size", arguments: 1...64)
    func chunks(size: Int) {
        var stream = FrameStream(maximumPayloadBytes: Self.maximum)
        for start in stride(from: 0, to: Self.stream.count, by: size) {
            stream.receive(Self.stream[start..<min(start + size, Self.stream.count)])
        }
        let payloads = stream.payloads
        #expect(payloads == Self.payloads)
    }

    @Test("Frames that wait while more bytes come are not lost")
    func framesTakenLate() {
        var stream = FrameStream(maximumPayloadBytes: Self.maximum)
        for start in stride(from: 0, to: Self.stream.count, by: 40) {
            stream.append(Self.stream[start..<min(start + 40, Self.stream.count)])
            _ = stream.takeOne()
        }
        while stream.takeOne() {}
        let payloads = stream.payloads
        #expect(payloads == Self.payloads)
    }

    @Test("A frame of a mebibyte may come byte by byte", .timeLimit(.minutes(1)))
    func byteByByte() {
        let payload = (0..<1 << 20).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        var stream = FrameStream(maximumPayloadBytes: payload.count)
        for byte in frame(payload) { stream.receive(CollectionOfOne(byte)) }
        let payloads = stream.payloads
        #expect(payloads == [payload])
    }

    @Test("The longest payload is taken, one byte more is refused before it has come", arguments: [0, 1, 300, 1 << 20])
    func maximum(bytes: Int) {
        var longest = FrameStream(maximumPayloadBytes: bytes)
        longest.receive(frame(Array(repeating: 1, count: bytes)))
        let (lengths, noError) = (longest.payloads.map(\.count), longest.error)
        #expect(lengths == [bytes])
        #expect(noError == nil)

        var tooLong = FrameStream(maximumPayloadBytes: bytes)
        tooLong.receive(prefix(length: UInt32(bytes + 1)))
        let error = tooLong.error
        #expect(error == .tooLong(bytes + 1))
    }

    @Test("A length that looks negative is too long")
    func lengthOfAllOnes() {
        var stream = FrameStream(maximumPayloadBytes: 1 << 20)
        stream.receive(prefix(length: .max))
        let error = stream.error
        #expect(error == .tooLong(4_294_967_295))
    }

    @Test(
        "Flags that are not zero are refused at the first byte",
        arguments: [
            (1, .compressed), (2, .unknownFlags(2)), (3, .unknownFlags(3)), (0x50, .unknownFlags(0x50)),
            (128, .unknownFlags(128)), (255, .unknownFlags(255)),
        ] as [(UInt8, FrameDecoder.FrameError)])
    func flags(flags: UInt8, expected: FrameDecoder.FrameError) {
        var stream = FrameStream(maximumPayloadBytes: 10)
        stream.receive(frame([1]) + [flags])
        let (payloads, error) = (stream.payloads, stream.error)
        #expect(payloads == [[1]], "the frame before it counts")
        #expect(error == expected)
    }

    @Test("After an error nothing comes any more")
    func errorsStay() {
        var stream = FrameStream(maximumPayloadBytes: 10)
        stream.receive([9])
        stream.receive(frame([1]))
        let (payloads, error) = (stream.payloads, stream.error)
        #expect(payloads.isEmpty)
        #expect(error == .unknownFlags(9))
    }

    @Test("It knows whether a frame has begun")
    func partialFrame() {
        var stream = FrameStream(maximumPayloadBytes: 10)
        var partial: [Bool] = [stream.holdsPartialFrame]
        for byte in frame([5]) + frame([]) {
            stream.receive(CollectionOfOne(byte))
            partial.append(stream.holdsPartialFrame)
        }
        #expect(partial == [false, true, true, true, true, true, false, true, true, true, true, false])
    }

    @Test("A limit that is raised holds for the next frame")
    func limitRaised() throws {
        var decoder = FrameDecoder(maximumPayloadBytes: 1)
        decoder.maximumPayloadBytes = 2
        frame([1, 2]).withUnsafeBytes { decoder.append($0) }
        let payload = try decoder.next { Array($0) }
        #expect(payload == [1, 2])
    }
}
