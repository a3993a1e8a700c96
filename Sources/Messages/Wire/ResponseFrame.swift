package import AgentdCore
internal import CAgentdProto
internal import CProtobufC

/// The answer of a call as a frame, built in the arena of the call.
package enum ResponseFrame {
    /// A success with its message, which is not copied: it is packed where it goes, behind everything else.
    /// - Parameters:
    ///   - message: Nil at the end of a stream, whose messages went before.
    ///   - isLast: Whether no other answer to this request follows.
    ///   - headers: What goes with it besides `x-request-id`.
    package static func success(
        id: UInt64, requestID: CallID, message: EncodedMessage?, isLast: Bool = true, headers: [Header] = [],
        arena: Arena
    ) -> EncodedMessage {
        let builder = MessageBuilder(arena: arena)
        let started = start(id: id, requestID: requestID, headers: headers, builder: builder)
        started.pointee.more = isLast ? 0 : 1
        // An empty message is left out, as protobuf leaves out what is empty.
        guard let message, message.packedSize > 0 else { return frame(of: started, builder) }
        let response = EncodedMessage(view: MessageView(pointer: started))
        let inner = Prefix(field: messageField, length: message.packedSize)
        let outer = Prefix(
            field: AGENTD__WIRE__V1__SERVER_FRAME__FRAME_RESPONSE.rawValue,
            length: response.packedSize + inner.size + message.packedSize)
        let count = outer.size + response.packedSize + inner.size
        let head = builder.raw(count)
        outer.write(to: head)
        response.pack(into: UnsafeMutableRawBufferPointer(start: head + outer.size, count: response.packedSize))
        inner.write(to: head + outer.size + response.packedSize)
        return EncodedMessage(head: UnsafeRawBufferPointer(start: head, count: count), followedBy: message)
    }

    /// An error with its details.
    /// - Parameter known: Those that were encoded before.
    package static func failure(
        id: UInt64, requestID: CallID, error: ServiceError, known: EncodedErrors<[UInt8]> = EncodedErrors(),
        arena: Arena
    ) -> EncodedMessage {
        let builder = MessageBuilder(arena: arena)
        let response = start(id: id, requestID: requestID, builder: builder)
        response.pointee.code = error.code.rawValue
        response.pointee.error = builder.text(error.message)
        let details = known.of(error) { EncodedMessage(StatusDetails($0), arena: arena).bytes }
        response.pointee.details = builder.bytes(details)
        return frame(of: response, builder)
    }

    /// `Response.message`, the last field of its message.
    private static var messageField: UInt32 { 7 }

    private static func start(
        id: UInt64, requestID: CallID, headers: [Header] = [], builder: MessageBuilder
    ) -> UnsafeMutablePointer<Agentd__Wire__V1__Response> {
        let response = builder.make(agentd__wire__v1__response__init)
        response.pointee.id = id
        let header = builder.make(agentd__wire__v1__header__init)
        header.pointee.key = builder.text("x-request-id")
        header.pointee.value = builder.text(bytes: requestID)
        let place = builder.pointers(header, followedBy: headers.count)
        for (index, header) in headers.enumerated() { place[index + 1] = builder.header(header) }
        response.pointee.n_headers = 1 + headers.count
        response.pointee.headers = place
        return response
    }

    private static func frame(
        of response: UnsafeMutablePointer<Agentd__Wire__V1__Response>, _ builder: MessageBuilder
    ) -> EncodedMessage {
        let frame = builder.make(agentd__wire__v1__server_frame__init)
        frame.pointee.response = response
        frame.pointee.frame_case = AGENTD__WIRE__V1__SERVER_FRAME__FRAME_RESPONSE
        return EncodedMessage(view: MessageView(pointer: frame))
    }

    /// What stands before a length-delimited value: its tag and its length.
    private struct Prefix {
        private let tag: UInt64
        private let length: UInt64

        init(field: UInt32, length: Int) {
            tag = UInt64(field) << 3 | UInt64(WireCursor.WireType.lengthDelimited.rawValue)
            self.length = UInt64(length)
        }

        var size: Int { Varint.size(tag) + Varint.size(length) }

        /// - Parameter memory: Of at least `size` bytes.
        func write(to memory: UnsafeMutableRawPointer) { _ = Varint.write(length, to: Varint.write(tag, to: memory)) }
    }
}
