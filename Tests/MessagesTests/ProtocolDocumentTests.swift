internal import AgentdCore
internal import Foundation
internal import Messages
internal import Testing

@Suite("PROTOCOL.md and messages")
struct ProtocolDocumentTests {
    private static let document: String = {
        let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return (try? String(contentsOf: repository.appending(path: "proto/PROTOCOL.md"), encoding: .utf8)) ?? ""
    }()

    /// The bytes of the blocks in hexadecimal, one after the other; what stands behind "|" is for people.
    private static let examples: [[UInt8]] = document.components(separatedBy: "```hex\n").dropFirst().map { block in
        let lines = block.components(separatedBy: "```")[0].split(separator: "\n")
        return lines.flatMap { Hexadecimal.bytes(String($0.split(separator: "|")[0])) }
    }

    private func says(_ text: String) -> Bool { Self.document.contains(text) }

    /// A frame with its prefix.
    private func frame(_ payload: [UInt8]) -> [UInt8] {
        [0] + withUnsafeBytes(of: UInt32(payload.count).bigEndian) { Array($0) } + payload
    }

    @Test("Every reason that the daemon sends has its row with its code", arguments: Reason.allCases)
    func reasons(reason: Reason) {
        let text =
            reason == .connectionLost
            ? "`CONNECTION_LOST` (UNAVAILABLE) is never sent" : "\n| `\(reason.rawValue)` | \(reason.code.name) |"
        #expect(says(text))
    }

    @Test("Every code has its number", arguments: StatusCode.allCases.filter { $0 != .ok })
    func codes(code: StatusCode) {
        #expect(says("\(code.rawValue) `\(code.name)`"))
    }

    @Test("Every method is there", arguments: MethodSchema.all.map(\.path))
    func methods(path: String) {
        #expect(says("| `\(path)` |"))
    }

    @Test("The conversation is what the client library and the daemon send")
    func conversation() throws {
        try #require(Self.examples.count == 5)
        let hello = OutboundClientFrame.hello(version: 1, headers: [Header("authorization", "Bearer secret")])
        #expect(Self.examples[0] == frame(hello.encoded()))

        let requests = [(1, 42), (2, 43)].map { (id, agent) in
            OutboundClientFrame.request(
                id: UInt64(id), method: "/agentd.v1.AgentService/GetAgent", headers: [], timeoutMilliseconds: 2_000,
                message: GetAgentRequest(id: Int64(agent)).encoded())
        }
        #expect(Self.examples[1] == requests.flatMap { frame($0.encoded()) })

        let limits = WireLimits()
        let welcome = OutboundServerFrame.welcome(
            version: 1, maximumMessageBytes: UInt32(limits.messageBytes), maximumInFlight: UInt32(limits.callsInFlight))
        #expect(Self.examples[2] == frame(welcome.encoded()))

        var agent = Agent(tenantID: Sample.tenantID)
        agent.id = 42
        agent.ownerID = 7
        agent.name = "Helper"
        agent.status = .active
        agent.createTime = Timestamp(microseconds: 1_700_000_000_000_000)
        agent.updateTime = agent.createTime
        let arena = Arena(capacity: 0)
        let success = ResponseFrame.success(
            id: 1, requestID: "call-1", message: EncodedMessage(agent, arena: arena), arena: arena)
        #expect(Self.examples[3] == frame(success.bytes))

        let failure = ResponseFrame.failure(id: 2, requestID: "call-2", error: .agentNotFound, arena: arena)
        #expect(Self.examples[4] == frame(failure.bytes))
    }
}
