internal import AgentdCore
internal import Framing
internal import Messages
internal import NIOCore

/// The requests of the framed protocol, encoded but for their ids and messages. All connections share it.
final class FramedRequests {
    /// By target and method.
    private let templates: [RequestTemplate]

    init(targets: [LoadTarget]) {
        templates = targets.flatMap { target in
            let headers = [Header("authorization", "Bearer \(target.token)")]
            return LoadMethod.allCases.map { RequestTemplate(method: $0.path, headers: headers) }
        }
    }

    func template(_ call: Call) -> RequestTemplate {
        templates[call.tenant * LoadMethod.allCases.count + call.method.rawValue]
    }
}

/// A connection of the framed protocol.
final class FramedWire: Wire {
    /// Bits of a call's id that hold its slot; those above count up, so that ids grow.
    private static let slotBits: UInt64 = 20
    /// The longest frame that is taken: no answer of the methods that are called comes near it.
    private static let longestFrameBytes = ClientConnectionLimits.largestFrameBytes

    private let requests: FramedRequests
    private let messages: RequestMessages
    private var decoder = FrameDecoder(maximumPayloadBytes: FramedWire.longestFrameBytes)
    private var encoder = FrameEncoder()
    /// By slot: the id of its call, 0 when it is free.
    private var ids: [UInt64] = []
    private var calls: UInt64 = 0
    /// The last one that the daemon does, once it has said so.
    private var lastID = UInt64.max

    init(requests: FramedRequests, messages: RequestMessages) {
        self.requests = requests
        self.messages = messages
    }

    func open() {
        let hello = OutboundClientFrame.hello(version: ClientConnectionLimits.version, headers: []).encoded()
        encoder.append(payloadBytes: hello.count) { $0.copyBytes(from: hello) }
    }

    func send(_ call: Call, slot: Int, keepsAnswer: Bool) {
        calls += 1
        let id = calls << Self.slotBits | UInt64(slot)
        while ids.count <= slot { ids.append(0) }
        ids[slot] = id
        let template = requests.template(call)
        messages.with(call) { message in
            encoder.append(payloadBytes: template.frameBytes(id: id, messageBytes: message.count)) { memory in
                template.write(id: id, message: message, into: memory)
            }
        }
    }

    func isRefused(slot: Int) -> Bool { slot < ids.count && ids[slot] > lastID }

    func flush(into buffer: inout ByteBuffer) {
        if !encoder.isEmpty { encoder.drain { _ = buffer.writeBytes($0) } }
    }

    func receive(_ bytes: UnsafeRawBufferPointer, _ delegate: some WireDelegate) throws(LoadProblem) {
        decoder.append(bytes)
        while let outcome = try nextFrame(delegate) { try outcome.get() }
    }

    /// What reading the next frame gave; nil when there is no complete one.
    private func nextFrame(_ delegate: some WireDelegate) throws(LoadProblem) -> Result<Void, LoadProblem>? {
        do throws(FrameDecoder.FrameError) {
            return try decoder.next { frame in
                Result { () throws(LoadProblem) in try self.read(frame, delegate) }
            }
        } catch {
            throw LoadProblem(.refused, "what answers does not speak agentd's framed protocol")
        }
    }

    private func read(_ frame: UnsafeRawBufferPointer, _ delegate: some WireDelegate) throws(LoadProblem) {
        guard let response = ResponseOutline(frame: frame) else { return try readOther(frame, delegate) }
        let slot = Int(response.id & (1 << Self.slotBits - 1))
        guard response.id != 0, slot < ids.count, ids[slot] == response.id else {
            throw LoadProblem(.refused, "the daemon answered a call that was not made, or answered one twice")
        }
        guard !response.hasMore else {
            throw LoadProblem(.refused, "the daemon answered a call with a stream that has none")
        }
        ids[slot] = 0
        let reason = response.code == 0 ? "" : ReasonOutline.reason(status: response.details)
        delegate.answered(slot: slot, Answer(code: response.code, reason: reason, message: response.message))
    }

    private func readOther(_ frame: UnsafeRawBufferPointer, _ delegate: some WireDelegate) throws(LoadProblem) {
        do throws(ServiceError) {
            switch try ServerFrame(decoding: Array(frame)) {
            case .welcome(_, _, let maximumInFlight): delegate.opened(callsInFlight: Int(maximumInFlight))
            case .goAway(let last, let reason):
                lastID = last
                delegate.goingAway(reason: reason)
            case .response, .pong, .unknown: break
            }
        } catch {
            throw LoadProblem(.refused, "the daemon sent a frame that cannot be read: \(error.message)")
        }
    }
}
