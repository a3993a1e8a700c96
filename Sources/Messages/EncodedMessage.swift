internal import CAgentdProto
internal import CProtobufC

/// A message that is ready to be packed; it and the arena it lives in must outlive the packing.
package struct EncodedMessage {
    /// Bytes that come before the message.
    private let head: UnsafeRawBufferPointer
    private let view: MessageView
    private let messageSize: Int

    package init(_ message: some EncodableMessage, arena: Arena) {
        self.init(view: message.write(MessageWriter(arena: arena)))
    }

    init(view: MessageView) {
        self.init(head: UnsafeRawBufferPointer(start: nil, count: 0), view: view)
    }

    /// - Parameter head: Bytes in the same arena, of which the last field is the message.
    init(head: UnsafeRawBufferPointer, followedBy message: EncodedMessage) {
        precondition(message.head.isEmpty, "A message with a head cannot get another one.")
        self.init(head: head, view: message.view)
    }

    private init(head: UnsafeRawBufferPointer, view: MessageView) {
        self.head = head
        self.view = view
        messageSize = protobuf_c_message_get_packed_size(view.of(ProtobufCMessage.self))
    }

    package var packedSize: Int { head.count + messageSize }

    /// The full name of the message's type.
    var schemaName: String { String(cString: view.of(ProtobufCMessage.self).pointee.descriptor.pointee.name) }

    /// Packs into memory of at least `packedSize` bytes.
    package func pack(into buffer: UnsafeMutableRawBufferPointer) {
        precondition(buffer.count >= packedSize, "The buffer is too small for the message.")
        guard let start = buffer.baseAddress else { return }
        if let headStart = head.baseAddress { start.copyMemory(from: headStart, byteCount: head.count) }
        let messageStart = (start + head.count).assumingMemoryBound(to: UInt8.self)
        protobuf_c_message_pack(view.of(ProtobufCMessage.self), messageStart)
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
