internal import CAgentdProto
internal import CProtobufC

/// A message that is ready to be packed; it and the arena it lives in must outlive the packing.
package struct EncodedMessage {
    private enum Body {
        case message(MessageView, size: Int)
        case packed(UnsafeRawBufferPointer)
    }

    /// Bytes that come before the message.
    private let head: UnsafeRawBufferPointer
    private let body: Body

    package init(_ message: some EncodableMessage, arena: Arena) {
        self.init(view: message.write(MessageWriter(arena: arena)))
    }

    /// A message that is packed already.
    package init(packed bytes: [UInt8], arena: Arena) {
        self.init(packed: MessagePayload(copying: bytes, into: arena).bytes)
    }

    /// The same, packed already: what it lends may go.
    package func packed(in arena: Arena) -> EncodedMessage {
        let count = packedSize
        let space = UnsafeMutableRawBufferPointer(start: arena.allocate(count), count: count)
        pack(into: space)
        return EncodedMessage(packed: UnsafeRawBufferPointer(space))
    }

    private init(packed bytes: UnsafeRawBufferPointer) {
        head = Self.nothing
        body = .packed(bytes)
    }

    init(view: MessageView) {
        head = Self.nothing
        body = .message(view, size: protobuf_c_message_get_packed_size(view.of(ProtobufCMessage.self)))
    }

    /// - Parameter head: Bytes in the same arena, of which the last field is the message.
    init(head: UnsafeRawBufferPointer, followedBy message: EncodedMessage) {
        precondition(message.head.isEmpty, "A message with a head cannot get another one.")
        self.head = head
        body = message.body
    }

    private static var nothing: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: nil, count: 0) }

    private var bodySize: Int {
        switch body {
        case .message(_, let size): size
        case .packed(let bytes): bytes.count
        }
    }

    package var packedSize: Int { head.count + bodySize }

    /// The full name of the message's type.
    var schemaName: String {
        guard case .message(let view, _) = body else { return "" }
        return String(cString: view.of(ProtobufCMessage.self).pointee.descriptor.pointee.name)
    }

    /// Packs into memory of at least `packedSize` bytes.
    package func pack(into buffer: UnsafeMutableRawBufferPointer) {
        precondition(buffer.count >= packedSize, "The buffer is too small for the message.")
        guard let start = buffer.baseAddress else { return }
        if let headStart = head.baseAddress { start.copyMemory(from: headStart, byteCount: head.count) }
        switch body {
        case .message(let view, _):
            let messageStart = (start + head.count).assumingMemoryBound(to: UInt8.self)
            protobuf_c_message_pack(view.of(ProtobufCMessage.self), messageStart)
        case .packed(let bytes):
            if let source = bytes.baseAddress { (start + head.count).copyMemory(from: source, byteCount: bytes.count) }
        }
    }

    package var bytes: [UInt8] {
        [UInt8](unsafeUninitializedCapacity: packedSize) { buffer, count in
            pack(into: UnsafeMutableRawBufferPointer(buffer))
            count = packedSize
        }
    }

    /// Packs into the arena.
    func packed(_ builder: MessageBuilder) -> ProtobufCBinaryData {
        let pointer = builder.raw(packedSize)
        pack(into: UnsafeMutableRawBufferPointer(start: pointer, count: packedSize))
        return ProtobufCBinaryData(len: packedSize, data: pointer.assumingMemoryBound(to: UInt8.self))
    }
}
