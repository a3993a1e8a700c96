/// Cuts a stream of bytes into the payloads of gRPC's Length-Prefixed-Messages: one byte of flags, four bytes of length
/// in network order, then that many bytes.
///
/// The limit is checked as soon as the prefix is there, before a byte of the payload is kept. Holds at most one frame
/// that is not complete.
package struct FrameDecoder: ~Copyable {
    /// What cannot be a frame. There is no way to find the next one after it, so the connection ends.
    package enum FrameError: Error, Equatable {
        case compressed
        case unknownFlags(UInt8)
        case tooLong(Int)
    }

    /// A buffer that grew beyond this is given back once it is empty, so that one long frame does not stay.
    @usableFromInline static var keptBytes: Int { 64 * 1_024 }

    /// A longer payload is refused. It may change between two frames, when the peers have agreed on a limit.
    package var maximumPayloadBytes: Int
    @usableFromInline var buffer: [UInt8] = []
    /// Bytes at the beginning of the buffer that have been handed out.
    @usableFromInline var consumed = 0

    /// - Parameter maximumPayloadBytes: The longest payload; a longer one is refused.
    package init(maximumPayloadBytes: Int) { self.maximumPayloadBytes = maximumPayloadBytes }

    /// Whether a frame has begun and is not complete.
    package var holdsPartialFrame: Bool { consumed < buffer.count }

    /// Bytes that came and were not handed out.
    package var bufferedBytes: Int { buffer.count - consumed }

    package mutating func append(_ bytes: UnsafeRawBufferPointer) {
        // Moving what is left costs no more than what was handed out before, so all of it together is linear.
        if consumed > buffer.count / 2 {
            buffer.removeSubrange(0..<consumed)
            consumed = 0
        }
        buffer.append(contentsOf: bytes)
    }

    /// Lends the payload of the next complete frame to `body`, or returns nil when there is none yet.
    @inlinable package mutating func next<R>(_ body: (UnsafeRawBufferPointer) -> R) throws(FrameError) -> R? {
        guard let payload = try nextPayload() else { return nil }
        consumed = payload.upperBound
        let result = buffer.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[payload])) }
        if consumed == buffer.count {
            buffer.removeAll(keepingCapacity: buffer.capacity <= Self.keptBytes)
            consumed = 0
        }
        return result
    }

    @usableFromInline func nextPayload() throws(FrameError) -> Range<Int>? {
        guard consumed < buffer.count else { return nil }
        switch buffer[consumed] {
        case 0: break
        case 1: throw .compressed
        case let flags: throw .unknownFlags(flags)
        }
        let start = consumed + FramePrefix.bytes
        guard start <= buffer.count else { return nil }
        let length = buffer[consumed + 1..<start].reduce(0) { $0 << 8 | Int($1) }
        guard length <= maximumPayloadBytes else { throw .tooLong(length) }
        return length <= buffer.count - start ? start..<start + length : nil
    }
}
