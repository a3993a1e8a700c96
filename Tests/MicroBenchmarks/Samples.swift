internal import AgentdCore
internal import Framing
internal import Messages

/// Messages of usual size.
enum Samples {
    static let health = "/grpc.health.v1.Health/Check"
    static let authorization = "Bearer \(apiKey)"
    static let apiKey =
        "agd_0123456789abcdef01234567_\(String(repeating: "0123456789abcdef", count: 4))" + apiKeyChecksum
    /// The first bytes of the SHA-256 of the key before it.
    private static let apiKeyChecksum = String(
        Hexadecimal.text(
            Digest.sha256(
                Array(
                    "agd_0123456789abcdef01234567_\(String(repeating: "0123456789abcdef", count: 4))".utf8)
            ).prefix(4)))

    static let getAgent = GetAgentRequest(id: 4_711)

    static var createAgent: CreateAgentRequest {
        var request = CreateAgentRequest()
        var message = AgentMessage()
        message.name = agent.name
        message.description = agent.description
        message.agentType = agent.type.rawValue
        message.systemPrompt = agent.systemPrompt
        message.config = agent.config
        request.agent = message
        request.requestID = "01234567-89ab-4def-8123-456789abcdef"
        return request
    }

    static var agent: Agent {
        var agent = Agent(tenantID: tenantID)
        agent.id = 4_711
        agent.ownerID = 42
        agent.name = "Agent 4711"
        agent.description = String(repeating: "description ", count: 8)
        agent.type = .research
        agent.status = .active
        agent.systemPrompt = String(repeating: "You answer questions about our products. ", count: 8)
        agent.config = #"{"model": "large", "temperature": 0.2}"#
        agent.createTime = Timestamp(microseconds: 1_750_000_000_000_000)
        agent.updateTime = Timestamp(microseconds: 1_750_000_000_000_001)
        return agent
    }

    static let tenantID = TenantID(UUIDValue(high: 0x0123_4567_89AB_4DEF, low: 0x8123_4567_89AB_CDEF))

    /// A call of GetAgent with its token, as it stands on the wire.
    static var getAgentFrame: [UInt8] {
        frame(
            .request(
                id: 7, method: "/agentd.v1.AgentService/GetAgent",
                headers: [Header("authorization", authorization), Header("x-request-id", "call-4711")],
                timeoutMilliseconds: 5_000, message: getAgent.encoded()))
    }

    static func frame(_ frame: OutboundClientFrame) -> [UInt8] {
        let arena = Arena(capacity: 0)
        let message = EncodedMessage(frame, arena: arena)
        var encoder = FrameEncoder()
        encoder.append(payloadBytes: message.packedSize) { message.pack(into: $0) }
        var bytes: [UInt8] = []
        encoder.drain { bytes = Array($0) }
        return bytes
    }
}
