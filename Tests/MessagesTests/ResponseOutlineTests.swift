internal import AgentdCore
@testable internal import Messages
internal import Testing

@Suite("Outlines of answers")
struct ResponseOutlineTests {
    @Test("A success: its id and where its message is", arguments: [1, UInt64.max])
    func success(id: UInt64) throws {
        let arena = Arena(capacity: 0)
        let message = EncodedMessage(GetAgentRequest(id: 42), arena: arena)
        let frame = ResponseFrame.success(id: id, requestID: "call", message: message, arena: arena).bytes
        try frame.withUnsafeBytes { bytes in
            let outline = try #require(ResponseOutline(frame: bytes))
            #expect(outline.id == id)
            #expect(outline.code == 0)
            #expect(!outline.hasMore)
            #expect(Array(outline.message) == message.bytes)
        }
    }

    @Test("A failure: its code and its reason", arguments: [Reason.agentNotFound, .rateLimit, .etagMismatch])
    func failure(reason: Reason) throws {
        let arena = Arena(capacity: 0)
        let frame = ResponseFrame.failure(
            id: 7, requestID: "call", error: ServiceError(reason, "No."), arena: arena
        ).bytes
        try frame.withUnsafeBytes { bytes in
            let outline = try #require(ResponseOutline(frame: bytes))
            #expect(outline.code == reason.code.rawValue)
            #expect(outline.message.isEmpty)
            #expect(ReasonOutline.reason(status: outline.details) == reason.rawValue)
        }
    }

    @Test("A part of a stream has more behind it")
    func part() {
        let arena = Arena(capacity: 0)
        let frame = ResponseFrame.success(id: 1, requestID: "", message: nil, isLast: false, arena: arena).bytes
        frame.withUnsafeBytes { #expect(ResponseOutline(frame: $0)?.hasMore == true) }
    }

    @Test("What is no answer, or is cut short, has no outline")
    func others() {
        let arena = Arena(capacity: 0)
        let answer = ResponseFrame.success(id: 300, requestID: "call", message: nil, arena: arena).bytes
        let frames =
            [
                OutboundServerFrame.goAway(lastID: 1, reason: "DRAINING").encoded(),
                OutboundServerFrame.welcome(version: 1, maximumMessageBytes: 1, maximumInFlight: 1).encoded(), [],
                answer + [0],
            ] + (1..<answer.count).map { Array(answer.prefix($0)) }
        for frame in frames { frame.withUnsafeBytes { #expect(ResponseOutline(frame: $0) == nil) } }
    }
}
