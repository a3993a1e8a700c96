package import AgentdCore
internal import CAgentdProto
internal import CProtobufC

/// What the server sends, without the answers of calls: those are built straight from the answer message.
package enum OutboundServerFrame: EncodableMessage {
    case welcome(version: UInt32, maximumMessageBytes: UInt32, maximumInFlight: UInt32)
    case goAway(lastID: UInt64, reason: String)
    case pong(token: UInt64)

    package static let schema = MessageSchema(of: agentd__wire__v1__server_frame__init)

    package func write(_ writer: MessageWriter) -> MessageView {
        let builder = writer.builder
        let frame = builder.make(agentd__wire__v1__server_frame__init)
        switch self {
        case .welcome(let version, let maximumMessageBytes, let maximumInFlight):
            let welcome = builder.make(agentd__wire__v1__welcome__init)
            welcome.pointee.version = version
            welcome.pointee.max_message_bytes = maximumMessageBytes
            welcome.pointee.max_in_flight = maximumInFlight
            frame.pointee.welcome = welcome
            frame.pointee.frame_case = AGENTD__WIRE__V1__SERVER_FRAME__FRAME_WELCOME
        case .goAway(let lastID, let reason):
            let goAway = builder.make(agentd__wire__v1__go_away__init)
            goAway.pointee.last_id = lastID
            goAway.pointee.reason = builder.text(reason)
            frame.pointee.go_away = goAway
            frame.pointee.frame_case = AGENTD__WIRE__V1__SERVER_FRAME__FRAME_GO_AWAY
        case .pong(let token):
            let pong = builder.make(agentd__wire__v1__pong__init)
            pong.pointee.token = token
            frame.pointee.pong = pong
            frame.pointee.frame_case = AGENTD__WIRE__V1__SERVER_FRAME__FRAME_PONG
        }
        return MessageView(pointer: frame)
    }
}

/// `agentd.wire.v1.ServerFrame` as a client reads it.
package enum ServerFrame: DecodableMessage {
    case welcome(version: UInt32, maximumMessageBytes: UInt32, maximumInFlight: UInt32)
    case response(Response)
    case goAway(lastID: UInt64, reason: String)
    case pong(token: UInt64)
    /// A kind that this version does not know.
    case unknown

    package struct Response: Sendable {
        package let id: UInt64
        package let more: Bool
        package let code: UInt32
        package let error: String
        package let details: [UInt8]
        package let headers: [Header]
        package let message: [UInt8]
    }

    package static var schema: MessageSchema { OutboundServerFrame.schema }

    package init(_ view: MessageView) throws(ServiceError) {
        let frame = view.of(Agentd__Wire__V1__ServerFrame.self).pointee
        switch frame.frame_case {
        case AGENTD__WIRE__V1__SERVER_FRAME__FRAME_WELCOME:
            let welcome = frame.welcome.pointee
            self = .welcome(
                version: welcome.version, maximumMessageBytes: welcome.max_message_bytes,
                maximumInFlight: welcome.max_in_flight)
        case AGENTD__WIRE__V1__SERVER_FRAME__FRAME_RESPONSE:
            let response = frame.response.pointee
            self = .response(
                Response(
                    id: response.id, more: response.more != 0, code: response.code,
                    error: String(cString: response.error), details: byteArray(response.details),
                    headers: Header.all(response.n_headers, response.headers), message: byteArray(response.message)))
        case AGENTD__WIRE__V1__SERVER_FRAME__FRAME_GO_AWAY:
            self = .goAway(lastID: frame.go_away.pointee.last_id, reason: String(cString: frame.go_away.pointee.reason))
        case AGENTD__WIRE__V1__SERVER_FRAME__FRAME_PONG:
            self = .pong(token: frame.pong.pointee.token)
        default:
            self = .unknown
        }
    }
}
