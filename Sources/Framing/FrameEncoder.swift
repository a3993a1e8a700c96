/// Collects frames that go out with one write: prefix and payload, packed one behind the other.
package struct FrameEncoder: ~Copyable {
    /// A buffer that grew beyond this is not kept for the next batch.
    private static var keptBytes: Int { 64 * 1_024 }

    private var buffer: [UInt8] = []

    package init() {}

    package var count: Int { buffer.count }
    package var isEmpty: Bool { buffer.isEmpty }

    /// Appends a frame whose payload `fill` writes into the memory it is given, which is zero.
    package mutating func append(payloadBytes: Int, _ fill: (UnsafeMutableRawBufferPointer) -> Void) {
        let length = UInt32(payloadBytes)
        let payload = buffer.count + FrameDecoder.prefixBytes
        buffer.append(addingCapacity: FrameDecoder.prefixBytes + payloadBytes) { bytes in
            bytes.append(0)
            for shift: UInt32 in [24, 16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: length >> shift)) }
            bytes.append(repeating: 0, count: payloadBytes)
        }
        buffer.withUnsafeMutableBytes { fill(UnsafeMutableRawBufferPointer(rebasing: $0[payload...])) }
    }

    /// Lends what has been collected and forgets it.
    package mutating func drain(_ body: (UnsafeRawBufferPointer) -> Void) {
        buffer.withUnsafeBytes(body)
        buffer.removeAll(keepingCapacity: buffer.capacity <= Self.keptBytes)
    }
}
