internal import AgentdCore
internal import CAgentdProto
internal import CProtobufC
internal import Glibc

/// Memory of one request: handed out from chunks, never freed singly, given back all at once.
///
/// protobuf-c allocates from it, so a message costs no malloc and what is decoded can never take more than `capacity`
/// bytes: over that the allocation fails and with it the decoding. Answers, which the daemon makes and bounds itself,
/// are built in it without that cap. Confined to one event loop; reused by the next request after `reset()`. It owns
/// its chunks.
package final class Arena {
    /// What a fresh arena holds at once: a request and an answer of usual size fit.
    private static let firstChunkBytes = 4 * 1_024
    /// Chunks double up to this size; a single larger piece gets a chunk of its own.
    private static let largestUsualChunkBytes = 1 << 20

    private let capacity: Int
    private var chunks: [UnsafeMutableRawBufferPointer]
    private var current: UnsafeMutableRawBufferPointer
    /// Bytes of the current chunk that are handed out.
    private var used = 0
    /// Bytes that decoding has taken since the last reset.
    private var decoded = 0
    private let allocatorPointer: UnsafeMutablePointer<ProtobufCAllocator>

    /// - Parameter capacity: The most bytes that decoding may take between two resets.
    package init(capacity: Int) {
        self.capacity = capacity
        current = .allocate(byteCount: Self.firstChunkBytes, alignment: DecodingCost.alignment)
        chunks = [current]
        allocatorPointer = .allocate(capacity: 1)
        allocatorPointer.initialize(to: ProtobufCAllocator())
        allocatorPointer.pointee.alloc = { context, size in
            guard let context else { return nil }
            return Unmanaged<Arena>.fromOpaque(context)._withUnsafeGuaranteedRef { $0.allocateForDecoding(size) }
        }
        allocatorPointer.pointee.free = { _, _ in }
        allocatorPointer.pointee.allocator_data = Unmanaged.passUnretained(self).toOpaque()
    }

    deinit {
        for chunk in chunks { chunk.deallocate() }
        allocatorPointer.deallocate()
    }

    var allocator: UnsafeMutablePointer<ProtobufCAllocator> { allocatorPointer }

    /// Bytes that decoding may still take.
    var remainingForDecoding: Int { capacity - decoded }

    /// Bytes that it holds of the system.
    var heldBytes: Int { chunks.reduce(0) { $0 + $1.count } }

    /// Forgets everything handed out. Chunks beyond the first are returned, so that one large request does not stay.
    package func reset() {
        while chunks.count > 1 { chunks.removeLast().deallocate() }
        current = chunks[0]
        used = 0
        decoded = 0
    }

    /// 16-byte aligned memory for what comes from outside, or nil when the capacity is used up.
    private func allocateForDecoding(_ count: Int) -> UnsafeMutableRawPointer? {
        // The first comparison keeps the rounding from overflowing.
        guard count >= 0, count <= remainingForDecoding, DecodingCost.piece(count) <= remainingForDecoding else {
            return nil
        }
        decoded += DecodingCost.piece(count)
        return allocate(count)
    }

    /// 16-byte aligned memory.
    func allocate(_ count: Int) -> UnsafeMutableRawPointer {
        let rounded = DecodingCost.piece(count)
        if used + rounded > current.count {
            let size = max(rounded, min(current.count * 2, Self.largestUsualChunkBytes))
            current = .allocate(byteCount: size, alignment: DecodingCost.alignment)
            chunks.append(current)
            used = 0
        }
        defer { used += rounded }
        // A chunk is never empty, so its base address is never nil.
        return current.baseAddress.unsafelyUnwrapped + used
    }
}

/// Builds the C structs of an answer. They and all that they point to live in the arena.
struct MessageBuilder {
    private static var replacementOfNUL: UInt8 { 0xFF }

    let arena: Arena

    init(arena: Arena) { self.arena = arena }

    func raw(_ count: Int) -> UnsafeMutableRawPointer { arena.allocate(count) }

    /// A C struct, initialised by its own generated function.
    func make<C>(_ initialize: (UnsafeMutablePointer<C>?) -> Void) -> UnsafeMutablePointer<C> {
        let pointer = raw(MemoryLayout<C>.size).bindMemory(to: C.self, capacity: 1)
        initialize(pointer)
        return pointer
    }

    /// A NUL-terminated copy. C would end the text at a NUL within it and nobody would notice, so a NUL goes out as a
    /// byte that no UTF-8 has, and every reader refuses it. The daemon never has one to send: PostgreSQL cannot store
    /// it and requests that hold one are refused.
    func text(_ string: String) -> UnsafeMutablePointer<CChar> {
        var string = string
        return string.withUTF8 { bytes in
            let pointer = raw(bytes.count + 1)
            if let source = bytes.baseAddress { pointer.copyMemory(from: source, byteCount: bytes.count) }
            pointer.storeBytes(of: 0, toByteOffset: bytes.count, as: UInt8.self)
            while let nul = memchr(pointer, 0, bytes.count) {
                nul.storeBytes(of: Self.replacementOfNUL, as: UInt8.self)
            }
            return pointer.assumingMemoryBound(to: CChar.self)
        }
    }

    /// In its canonical form in lower case.
    func text(_ uuid: UUIDValue) -> UnsafeMutablePointer<CChar> {
        let pointer = raw(UUIDValue.textBytes + 1)
        uuid.write(to: UnsafeMutableRawBufferPointer(start: pointer, count: UUIDValue.textBytes))
        pointer.storeBytes(of: 0, toByteOffset: UUIDValue.textBytes, as: UInt8.self)
        return pointer.assumingMemoryBound(to: CChar.self)
    }

    func bytes(_ source: UnsafeRawBufferPointer) -> ProtobufCBinaryData {
        let pointer = raw(source.count)
        if let start = source.baseAddress { pointer.copyMemory(from: start, byteCount: source.count) }
        return ProtobufCBinaryData(len: source.count, data: pointer.assumingMemoryBound(to: UInt8.self))
    }

    func bytes(_ source: [UInt8]) -> ProtobufCBinaryData { source.withUnsafeBytes { bytes($0) } }

    /// The bytes of a text, without a terminator.
    func text(bytes string: String) -> ProtobufCBinaryData {
        var string = string
        return string.withUTF8 { bytes(UnsafeRawBufferPointer($0)) }
    }

    func text(bytes callID: CallID) -> ProtobufCBinaryData {
        switch callID {
        case .given(let text): return self.text(bytes: text)
        case .made(let uuid):
            let start = UnsafeMutableRawPointer(text(uuid)).assumingMemoryBound(to: UInt8.self)
            return ProtobufCBinaryData(len: UUIDValue.textBytes, data: start)
        }
    }

    /// An array of pointers that begins with this one; the others are still to be set.
    func pointers<C>(
        _ first: UnsafeMutablePointer<C>, followedBy count: Int
    ) -> UnsafeMutablePointer<UnsafeMutablePointer<C>?> {
        let array = raw((1 + count) * MemoryLayout<UnsafeMutablePointer<C>?>.stride)
            .bindMemory(to: UnsafeMutablePointer<C>?.self, capacity: 1 + count)
        array.initialize(repeating: nil, count: 1 + count)
        array[0] = first
        return array
    }

    /// An array of pointers, as protobuf-c keeps repeated messages and strings.
    func pointers<C>(_ elements: [UnsafeMutablePointer<C>]) -> UnsafeMutablePointer<UnsafeMutablePointer<C>?> {
        let array = raw(elements.count * MemoryLayout<UnsafeMutablePointer<C>?>.stride)
            .bindMemory(to: UnsafeMutablePointer<C>?.self, capacity: elements.count)
        for (index, element) in elements.enumerated() { (array + index).initialize(to: element) }
        return array
    }

    func numbers(_ elements: [Int64]) -> UnsafeMutablePointer<Int64> {
        let array = raw(elements.count * 8).bindMemory(to: Int64.self, capacity: elements.count)
        for (index, element) in elements.enumerated() { array[index] = element }
        return array
    }
}
