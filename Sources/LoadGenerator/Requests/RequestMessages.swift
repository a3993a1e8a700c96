internal import AgentdCore
internal import Messages

/// The request messages of calls. Those of reads are encoded once.
final class RequestMessages {
    /// Objects in a page of `ListAgents`.
    static let pageSize: Int32 = 20
    /// Names of agents that a run leaves behind begin so.
    static let namePrefix = "agentload "

    let targets: [LoadTarget]
    /// By target: the `GetAgentRequest` of each of its agents, in pieces of `pieceBytes`.
    private let gets: [[UInt8]]
    private let list: [UInt8]
    private var generator = FastRandomNumberGenerator()
    private var updates = 0

    /// A piece is the length of a message and the message, which is a tag and a number of up to ten bytes.
    private static let pieceBytes = 12

    init(targets: [LoadTarget], mix: Mix) {
        self.targets = targets
        let hasGets = mix.shares.contains { $0.method == .getAgent }
        gets = hasGets ? targets.map { Self.pieces($0.agentIDs) } : []
        var request = ListAgentsRequest()
        request.pageSize = Self.pageSize
        list = request.encoded()
    }

    private static func pieces(_ ids: [Int64]) -> [UInt8] {
        ids.flatMap { id in
            let message = GetAgentRequest(id: id).encoded()
            precondition(message.count < pieceBytes, "A GetAgentRequest is a tag and a number.")
            let padding = [UInt8](repeating: 0, count: pieceBytes - 1 - message.count)
            return [UInt8(message.count)] + message + padding
        }
    }

    /// Lends the serialized request message.
    func with(_ call: Call, _ body: (UnsafeRawBufferPointer) -> Void) {
        switch call.method {
        case .getAgent:
            gets[call.tenant].withUnsafeBytes { pieces in
                let start = call.agent * Self.pieceBytes
                let end = start + 1 + Int(pieces[start])
                body(UnsafeRawBufferPointer(rebasing: pieces[start + 1..<end]))
            }
        case .listAgents: list.withUnsafeBytes(body)
        case .createAgent: create().withUnsafeBytes(body)
        case .updateAgent: update(targets[call.tenant].agentIDs[call.agent]).withUnsafeBytes(body)
        }
    }

    private func create() -> [UInt8] {
        let id = UUIDValue.random(using: &generator).description
        var agent = AgentMessage()
        agent.name = Self.namePrefix + id
        agent.description = "Left behind by a run of agentload."
        agent.agentType = AgentType.research.rawValue
        agent.systemPrompt = "You are of no use but to be counted."
        var request = CreateAgentRequest()
        request.agent = agent
        request.requestID = id
        return request.encoded()
    }

    private func update(_ id: Int64) -> [UInt8] {
        updates += 1
        var agent = AgentMessage()
        agent.id = id
        agent.description = "Changed by agentload, change \(updates) of its run."
        var request = UpdateAgentRequest()
        request.agent = agent
        request.updateMask = ["description"]
        return request.encoded()
    }
}
