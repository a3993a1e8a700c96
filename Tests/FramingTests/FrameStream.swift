internal import Framing

/// A frame as it stands on the wire, written without the encoder that is tested.
func frame(_ payload: [UInt8], flags: UInt8 = 0) -> [UInt8] {
    prefix(flags: flags, length: UInt32(payload.count)) + payload
}

func prefix(flags: UInt8 = 0, length: UInt32) -> [UInt8] {
    [flags] + [24, 16, 8, 0].map { (shift: UInt32) in UInt8(truncatingIfNeeded: length >> shift) }
}

/// A decoder that keeps what it finds.
struct FrameStream: ~Copyable {
    private var decoder: FrameDecoder
    private(set) var payloads: [[UInt8]] = []
    private(set) var error: FrameDecoder.FrameError?

    init(maximumPayloadBytes: Int) { decoder = FrameDecoder(maximumPayloadBytes: maximumPayloadBytes) }

    var holdsPartialFrame: Bool { decoder.holdsPartialFrame }

    mutating func append(_ bytes: some Collection<UInt8>) {
        Array(bytes).withUnsafeBytes { decoder.append($0) }
    }

    /// Takes one frame, if it is complete. False when there was none.
    mutating func takeOne() -> Bool {
        do throws(FrameDecoder.FrameError) {
            guard let payload = try decoder.next({ Array($0) }) else { return false }
            payloads.append(payload)
            return true
        } catch {
            self.error = error
            return false
        }
    }

    mutating func receive(_ bytes: some Collection<UInt8>) {
        append(bytes)
        while takeOne() {}
    }
}
