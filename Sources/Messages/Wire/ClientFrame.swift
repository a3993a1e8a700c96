package import AgentdCore
internal import CAgentdProto
internal import CProtobufC
internal import Glibc

/// `agentd.wire.v1.ClientFrame`: what a client sends.
package enum ClientFrame {
    case hello(version: UInt32, headers: [Header])
    case request(RequestFrame)
    case cancel(id: UInt64)
    case ping(token: UInt64)
    /// A kind that this version does not know, or none at all.
    case unknown

    package static let schema = MessageSchema(of: agentd__wire__v1__client_frame__init)

    /// Reads one frame.
    /// - Parameters:
    ///   - bytes: The payload of one length-prefixed message.
    ///   - arena: Where the frame lives; a request keeps pointing into it until the arena is reset.
    ///   - memory: Bytes that reading may take.
    /// - Throws: `MESSAGE_INVALID` with the path of what is wrong.
    package init(decoding bytes: UnsafeRawBufferPointer, arena: Arena, memory: Int) throws(ServiceError) {
        let view = try CheckedDecoder.decode(bytes, schema: Self.schema, arena: arena, memory: memory)
        let frame = view.of(Agentd__Wire__V1__ClientFrame.self).pointee
        switch frame.frame_case {
        case AGENTD__WIRE__V1__CLIENT_FRAME__FRAME_HELLO:
            guard let hello = frame.hello else { self = .unknown; return }
            self = .hello(
                version: hello.pointee.version, headers: Header.all(hello.pointee.n_headers, hello.pointee.headers))
        case AGENTD__WIRE__V1__CLIENT_FRAME__FRAME_REQUEST:
            guard let request = frame.request else { self = .unknown; return }
            self = .request(RequestFrame(request))
        case AGENTD__WIRE__V1__CLIENT_FRAME__FRAME_CANCEL:
            self = .cancel(id: frame.cancel.pointee.id)
        case AGENTD__WIRE__V1__CLIENT_FRAME__FRAME_PING:
            self = .ping(token: frame.ping.pointee.token)
        default:
            self = .unknown
        }
    }
}

/// `agentd.wire.v1.Request`. All of it lies in the arena of the frame and is read from there.
package struct RequestFrame {
    package let id: UInt64
    /// The path that is called.
    package let method: UnsafeRawBufferPointer
    package let headers: HeaderList
    /// 0 means that the client sets none.
    package let timeoutMilliseconds: UInt32
    private let message: ProtobufCBinaryData

    init(_ request: UnsafeMutablePointer<Agentd__Wire__V1__Request>) {
        id = request.pointee.id
        method = UnsafeRawBufferPointer(start: request.pointee.method, count: strlen(request.pointee.method))
        headers = HeaderList(request.pointee.n_headers, request.pointee.headers)
        timeoutMilliseconds = request.pointee.timeout_ms
        message = request.pointee.message
    }

    /// The request message, still serialized; it lives as long as the arena of the frame.
    package var payload: MessagePayload {
        MessagePayload(bytes: UnsafeRawBufferPointer(start: message.data, count: message.data == nil ? 0 : message.len))
    }
}

/// A serialized request message that lies in an arena. Only this module looks inside.
package struct MessagePayload {
    let bytes: UnsafeRawBufferPointer

    init(bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// Copies a message into the arena that it is to live in.
    package init(copying bytes: UnsafeRawBufferPointer, into arena: Arena) {
        let space = UnsafeMutableRawBufferPointer(start: arena.allocate(bytes.count), count: bytes.count)
        space.copyMemory(from: bytes)
        self.bytes = UnsafeRawBufferPointer(space)
    }

    package init(copying bytes: [UInt8], into arena: Arena) {
        self = bytes.withUnsafeBytes { MessagePayload(copying: $0, into: arena) }
    }

    package var count: Int { bytes.count }

    /// Checks and reads it.
    /// - Throws: `MESSAGE_INVALID` with the path of the field that is wrong.
    package func decode<M: DecodableMessage>(
        _ type: M.Type, arena: Arena, memory: Int
    ) throws(ServiceError) -> M {
        try M(decoding: bytes, arena: arena, memory: memory)
    }

    /// Lends the bytes, for a digest of them.
    package func withBytes<R>(_ body: (UnsafeRawBufferPointer) -> R) -> R { body(bytes) }
}

/// What the client library sends.
package enum OutboundClientFrame: EncodableMessage {
    case hello(version: UInt32, headers: [Header])
    case request(id: UInt64, method: String, headers: [Header], timeoutMilliseconds: UInt32, message: [UInt8])
    case cancel(id: UInt64)
    case ping(token: UInt64)

    package static var schema: MessageSchema { ClientFrame.schema }

    package func write(_ writer: MessageWriter) -> MessageView {
        let builder = writer.builder
        let frame = builder.make(agentd__wire__v1__client_frame__init)
        switch self {
        case .hello(let version, let headers):
            let hello = builder.make(agentd__wire__v1__hello__init)
            hello.pointee.version = version
            hello.pointee.n_headers = headers.count
            hello.pointee.headers = builder.headers(headers)
            frame.pointee.hello = hello
            frame.pointee.frame_case = AGENTD__WIRE__V1__CLIENT_FRAME__FRAME_HELLO
        case .request(let id, let method, let headers, let timeoutMilliseconds, let message):
            let request = builder.make(agentd__wire__v1__request__init)
            request.pointee.id = id
            request.pointee.method = builder.text(method)
            request.pointee.n_headers = headers.count
            request.pointee.headers = builder.headers(headers)
            request.pointee.timeout_ms = timeoutMilliseconds
            request.pointee.message = builder.bytes(message)
            frame.pointee.request = request
            frame.pointee.frame_case = AGENTD__WIRE__V1__CLIENT_FRAME__FRAME_REQUEST
        case .cancel(let id):
            let cancel = builder.make(agentd__wire__v1__cancel__init)
            cancel.pointee.id = id
            frame.pointee.cancel = cancel
            frame.pointee.frame_case = AGENTD__WIRE__V1__CLIENT_FRAME__FRAME_CANCEL
        case .ping(let token):
            let ping = builder.make(agentd__wire__v1__ping__init)
            ping.pointee.token = token
            frame.pointee.ping = ping
            frame.pointee.frame_case = AGENTD__WIRE__V1__CLIENT_FRAME__FRAME_PING
        }
        return MessageView(pointer: frame)
    }
}

extension MessageBuilder {
    func headers(_ headers: [Header]) -> UnsafeMutablePointer<UnsafeMutablePointer<Agentd__Wire__V1__Header>?>? {
        headers.isEmpty ? nil : pointers(headers.map { header($0) })
    }

    func header(_ header: Header) -> UnsafeMutablePointer<Agentd__Wire__V1__Header> {
        let message = make(agentd__wire__v1__header__init)
        message.pointee.key = text(header.key)
        message.pointee.value = bytes(header.value)
        return message
    }
}
