/// What stands before every payload: a byte of flags, none of which is set, and its length in four bytes, in network
/// order.
package enum FramePrefix {
    package static var bytes: Int { 5 }

    package static func write(payloadBytes: Int, to space: UnsafeMutableRawBufferPointer) {
        space.storeBytes(of: 0, as: UInt8.self)
        space.storeBytes(of: UInt32(payloadBytes).bigEndian, toByteOffset: 1, as: UInt32.self)
    }
}

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
        let start = buffer.count
        buffer.append(addingCapacity: FramePrefix.bytes + payloadBytes) { bytes in
            bytes.append(repeating: 0, count: FramePrefix.bytes + payloadBytes)
        }
        buffer.withUnsafeMutableBytes { bytes in
            FramePrefix.write(payloadBytes: payloadBytes, to: UnsafeMutableRawBufferPointer(rebasing: bytes[start...]))
            fill(UnsafeMutableRawBufferPointer(rebasing: bytes[(start + FramePrefix.bytes)...]))
        }
    }

    /// Lends what has been collected and forgets it.
    package mutating func drain(_ body: (UnsafeRawBufferPointer) -> Void) {
        buffer.withUnsafeBytes(body)
        buffer.removeAll(keepingCapacity: buffer.capacity <= Self.keptBytes)
    }
}
