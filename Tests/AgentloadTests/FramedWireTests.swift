internal import AgentdCore
@testable internal import LoadGenerator
internal import Messages
internal import NIOCore
internal import Testing

@Suite("A connection of the framed protocol")
struct FramedWireTests {
    private final class Listener: WireDelegate {
        var room: Int?
        var answers: [(slot: Int, code: UInt32, reason: String, message: [UInt8])] = []
        var farewell: String?

        func opened(callsInFlight: Int) { room = callsInFlight }
        func answered(slot: Int, _ answer: Answer) {
            answers.append((slot, answer.code, answer.reason, Array(answer.message)))
        }
        func goingAway(reason: String) { farewell = reason }
    }

    private static let targets = [
        LoadTarget(token: "first", tenantID: "", agentIDs: [1]),
        LoadTarget(token: "second", tenantID: "", agentIDs: [1, 1 << 40]),
    ]

    private func wire() -> FramedWire {
        FramedWire(
            requests: FramedRequests(targets: Self.targets),
            messages: RequestMessages(targets: Self.targets, mix: .mixed))
    }

    /// The payloads of what is to be sent.
    private func sent(_ wire: FramedWire) -> [[UInt8]] {
        var buffer = ByteBuffer()
        wire.flush(into: &buffer)
        var payloads: [[UInt8]] = []
        while let flags = buffer.readInteger(as: UInt8.self), let length = buffer.readInteger(as: UInt32.self),
            let payload = buffer.readBytes(length: Int(length))
        {
            #expect(flags == 0)
            payloads.append(payload)
        }
        return payloads
    }

    private struct Request {
        let id: UInt64
        let method: String
        let authorization: String
        let message: [UInt8]
    }

    private func request(_ payload: [UInt8]) throws -> Request {
        let arena = Arena(capacity: 1 << 20)
        return try withExtendedLifetime(arena) {
            try payload.withUnsafeBytes { bytes in
                guard case .request(let frame) = try ClientFrame(decoding: bytes, arena: arena, memory: 1 << 20) else {
                    throw LoadProblem(.refused, "no request")
                }
                return Request(
                    id: frame.id, method: String(decoding: frame.method, as: UTF8.self),
                    authorization: String(decoding: frame.headers["authorization"] ?? [], as: UTF8.self),
                    message: frame.payload.withBytes(Array.init))
            }
        }
    }

    private func receive(_ wire: FramedWire, _ frame: [UInt8], _ listener: Listener) throws {
        let length = UInt32(frame.count)
        let prefix = [0] + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: length >> $0) }
        // In two pieces, as networks do.
        for piece in [prefix + frame.prefix(1), Array(frame.dropFirst(1))] {
            try piece.withUnsafeBytes { try wire.receive($0, listener) }
        }
    }

    @Test("It greets, and hears how many calls are taken")
    func greeting() throws {
        let (wire, listener) = (wire(), Listener())
        wire.open()
        #expect(sent(wire).count == 1)
        try receive(
            wire, OutboundServerFrame.welcome(version: 1, maximumMessageBytes: 1, maximumInFlight: 77).encoded(),
            listener)
        #expect(listener.room == 77)
    }

    @Test("Calls behind the last one that the daemon does are refused, and not lost")
    func goAway() throws {
        let (wire, listener) = (wire(), Listener())
        let call = Call(tenant: 0, method: .getAgent, agent: 0)
        for slot in 0..<3 { wire.send(call, slot: slot, keepsAnswer: false) }
        let ids = try sent(wire).map { try request($0).id }
        #expect((0..<3).map(wire.isRefused) == [false, false, false])
        try receive(wire, OutboundServerFrame.goAway(lastID: ids[1], reason: "DRAINING").encoded(), listener)
        #expect(listener.farewell == "DRAINING")
        #expect((0..<4).map(wire.isRefused) == [false, false, true, false])
    }

    @Test("Each call carries its tenant's key, its method and its message, and ids grow")
    func requests() throws {
        let wire = wire()
        wire.send(Call(tenant: 1, method: .getAgent, agent: 1), slot: 0, keepsAnswer: false)
        wire.send(Call(tenant: 0, method: .listAgents, agent: 0), slot: 1, keepsAnswer: false)
        wire.send(Call(tenant: 1, method: .updateAgent, agent: 0), slot: 2, keepsAnswer: false)
        wire.send(Call(tenant: 0, method: .createAgent, agent: 0), slot: 3, keepsAnswer: false)
        let requests = try sent(wire).map(request)
        #expect(requests.map(\.authorization) == ["Bearer second", "Bearer first", "Bearer second", "Bearer first"])
        #expect(
            requests.map(\.method)
                == ["GetAgent", "ListAgents", "UpdateAgent", "CreateAgent"].map { "/agentd.v1.AgentService/\($0)" })
        #expect(requests.map(\.id) == requests.map(\.id).sorted() && Set(requests.map(\.id)).count == 4)
        #expect(try GetAgentRequest(decoding: requests[0].message).id == 1 << 40)
        #expect(try ListAgentsRequest(decoding: requests[1].message).pageSize == 20)
        let update = try UpdateAgentRequest(decoding: requests[2].message)
        #expect(update.agent?.id == 1 && update.updateMask == ["description"])
        let create = try CreateAgentRequest(decoding: requests[3].message)
        #expect(create.agent?.name.hasPrefix("agentload ") == true && UUIDValue(create.requestID) != nil)
    }

    @Test("Answers find their calls, in any order")
    func answers() throws {
        let (wire, listener) = (wire(), Listener())
        for slot in 0..<2 { wire.send(Call(tenant: 0, method: .getAgent, agent: 0), slot: slot, keepsAnswer: true) }
        let ids = try sent(wire).map { try request($0).id }
        let arena = Arena(capacity: 0)
        let message = EncodedMessage(GetAgentRequest(id: 5), arena: arena)
        try receive(
            wire, ResponseFrame.success(id: ids[1], requestID: "a", message: message, arena: arena).bytes, listener)
        let error = ServiceError(.agentNotFound, "No.")
        try receive(wire, ResponseFrame.failure(id: ids[0], requestID: "b", error: error, arena: arena).bytes, listener)
        #expect(listener.answers.map(\.slot) == [1, 0])
        #expect(listener.answers.map(\.code) == [0, 5])
        #expect(listener.answers[0].message == message.bytes)
        #expect(listener.answers[1].reason == "AGENT_NOT_FOUND")
    }

    @Test("An answer that comes twice, or that nobody waits for, is a broken protocol")
    func strays() throws {
        let (wire, listener) = (wire(), Listener())
        wire.send(Call(tenant: 0, method: .getAgent, agent: 0), slot: 0, keepsAnswer: false)
        let id = try request(sent(wire)[0]).id
        let arena = Arena(capacity: 0)
        let answer = ResponseFrame.success(id: id, requestID: "a", message: nil, arena: arena).bytes
        try receive(wire, answer, listener)
        #expect(throws: LoadProblem.self) { try receive(wire, answer, listener) }
    }

    @Test("A farewell is heard; what is no frame is refused")
    func farewell() throws {
        let (wire, listener) = (wire(), Listener())
        try receive(wire, OutboundServerFrame.goAway(lastID: 0, reason: "DRAINING").encoded(), listener)
        #expect(listener.farewell == "DRAINING")
        #expect(throws: LoadProblem.self) {
            try Array("HTTP/1.1 400 Bad Request".utf8).withUnsafeBytes { try wire.receive($0, listener) }
        }
    }
}
