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
        let inner = TaggedNumber(field: messageField, length: message.packedSize)
        let outer = TaggedNumber(field: responseField, length: response.packedSize + inner.size + message.packedSize)
        let count = outer.size + response.packedSize + inner.size
        let head = builder.raw(count)
        outer.write(to: head)
        response.pack(into: UnsafeMutableRawBufferPointer(start: head + outer.size, count: response.packedSize))
        inner.write(to: head + outer.size + response.packedSize)
        return EncodedMessage(head: UnsafeRawBufferPointer(start: head, count: count), followedBy: message)
    }

    /// An error with its details.
    /// - Parameter known: What such responses say of their errors, of those that were encoded before.
    package static func failure(
        id: UInt64, requestID: CallID, error: ServiceError, known: EncodedErrors<[UInt8]> = EncodedErrors(),
        arena: Arena
    ) -> EncodedMessage {
        let builder = MessageBuilder(arena: arena)
        let said = known.of(error) { error in
            let response = builder.make(agentd__wire__v1__response__init)
            response.pointee.code = error.code.rawValue
            response.pointee.error = builder.text(error.message)
            response.pointee.details = EncodedMessage(StatusDetails(error), arena: arena).packed(builder)
            return EncodedMessage(view: MessageView(pointer: response)).bytes
        }
        // In the order of their numbers: the id, what is said, the headers.
        let id = TaggedNumber(field: idField, number: id)
        let headers = EncodedMessage(
            view: MessageView(pointer: start(id: 0, requestID: requestID, builder: builder)))
        let outer = TaggedNumber(field: responseField, length: id.size + said.count + headers.packedSize)
        let count = outer.size + id.size + said.count
        let head = builder.raw(count)
        outer.write(to: head)
        id.write(to: head + outer.size)
        said.withUnsafeBytes {
            UnsafeMutableRawBufferPointer(start: head + outer.size + id.size, count: said.count).copyMemory(from: $0)
        }
        return EncodedMessage(head: UnsafeRawBufferPointer(start: head, count: count), followedBy: headers)
    }

    /// `Response.message`, the last field of its message.
    private static var messageField: UInt32 { 7 }
    /// `Response.id`.
    private static var idField: UInt32 { 1 }
    private static var responseField: UInt32 { AGENTD__WIRE__V1__SERVER_FRAME__FRAME_RESPONSE.rawValue }

    /// - Parameter id: Of the call; 0 where it is written apart.
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

    /// A tag and the number behind it: a field, or what stands before the bytes of one.
    private struct TaggedNumber {
        private let tag: UInt64
        private let number: UInt64

        init(field: UInt32, number: UInt64) { self.init(field, .varint, number) }

        init(field: UInt32, length: Int) { self.init(field, .lengthDelimited, UInt64(length)) }

        private init(_ field: UInt32, _ wireType: WireCursor.WireType, _ number: UInt64) {
            tag = UInt64(field) << 3 | UInt64(wireType.rawValue)
            self.number = number
        }

        var size: Int { Varint.size(tag) + Varint.size(number) }

        /// - Parameter memory: Of at least `size` bytes.
        func write(to memory: UnsafeMutableRawPointer) { _ = Varint.write(number, to: Varint.write(tag, to: memory)) }
    }
}
