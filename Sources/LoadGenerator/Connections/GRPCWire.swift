internal import AgentdClient
internal import FoundationEssentials
internal import Messages
internal import NIOCore

/// The heads of gRPC requests, made once. All connections share them.
final class GRPCRequests {
    fileprivate let head: RequestHead
    /// By target.
    fileprivate let authorizations: [FixedBytes]

    init(targets: [LoadTarget], configuration: AgentdClient.Configuration) {
        let authority =
            switch configuration.endpoint {
            case .tcp: "\(configuration.endpoint)"
            case .unix: "localhost"
            }
        head = RequestHead(
            paths: LoadMethod.allCases.map(\.path), scheme: configuration.tls == nil ? "http" : "https",
            authority: authority)
        authorizations = targets.map { FixedBytes("Bearer \($0.token)") }
    }
}

/// A connection of gRPC.
final class GRPCWire: Wire {
    /// An answer on its way.
    private struct Reception {
        var keepsAnswer = false
        var code = Self.unknown
        var reason = ""
        var body: [UInt8] = []

        /// Of an answer that says nothing of itself.
        static let unknown: UInt32 = 2

        mutating func begin(keepsAnswer: Bool) {
            self.keepsAnswer = keepsAnswer
            code = Self.unknown
            reason = ""
            body.removeAll(keepingCapacity: true)
        }
    }

    /// One byte that says whether the message is compressed, four with its length.
    private static let prefixBytes = 5
    /// What a stream says of itself that the server has reset.
    private static let unavailable: UInt32 = 14

    private let requests: GRPCRequests
    private let messages: RequestMessages
    private var session: HTTP2ClientSession?
    /// By slot.
    private var receptions: [Reception] = []
    /// Set while bytes are received, by who owns both; a checked reference would be counted for every frame.
    private unowned(unsafe) var delegate: (any WireDelegate)?

    init(requests: GRPCRequests, messages: RequestMessages) throws(LoadProblem) {
        self.requests = requests
        self.messages = messages
        session = try HTTP2ClientSession(delegate: self)
    }

    /// The session has the preface and the settings already.
    func open() {}

    func send(_ call: Call, slot: Int, keepsAnswer: Bool) throws(LoadProblem) {
        while receptions.count <= slot { receptions.append(Reception()) }
        receptions[slot].begin(keepsAnswer: keepsAnswer)
        let authorization = requests.authorizations[call.tenant]
        try session?.request(slot, requests.head, path: call.method.rawValue, authorization: authorization) { body in
            messages.with(call) { message in
                body.append(0)
                withUnsafeBytes(of: UInt32(message.count).bigEndian) { body.append(contentsOf: $0) }
                body.append(contentsOf: message)
            }
        }
    }

    func receive(_ bytes: UnsafeRawBufferPointer, _ delegate: some WireDelegate) throws(LoadProblem) {
        self.delegate = delegate
        defer { self.delegate = nil }
        try session?.receive(bytes)
    }

    func flush(into buffer: inout ByteBuffer) throws(LoadProblem) { try session?.send(into: &buffer) }
}

extension GRPCWire: HTTP2ClientSessionDelegate {
    func settingsReceived(concurrentStreams: Int) { delegate?.opened(callsInFlight: concurrentStreams) }

    func headerReceived(_ tag: Int, _ header: AnswerHeader, value: UnsafeRawBufferPointer) {
        switch header {
        case .status: receptions[tag].code = Self.number(value) ?? Reception.unknown
        case .statusDetails:
            let text = String(decoding: value, as: UTF8.self)
            // Base64 comes without padding.
            let padded = text + String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
            let status = Data(base64Encoded: padded) ?? Data()
            receptions[tag].reason = status.withUnsafeBytes { ReasonOutline.reason(status: $0) }
        case .httpFailure: receptions[tag].reason = "HTTP_\(String(decoding: value, as: UTF8.self))"
        }
    }

    func dataReceived(_ tag: Int, _ bytes: UnsafeRawBufferPointer) {
        if receptions[tag].keepsAnswer { receptions[tag].body.append(contentsOf: bytes) }
    }

    func streamClosed(_ tag: Int, errorCode: UInt32) {
        let reception = receptions[tag]
        guard errorCode == 0 else {
            let answer = Answer(
                code: Self.unavailable, reason: "HTTP2_STREAM_RESET_\(errorCode)", message: Answer.noMessage)
            return delegate?.answered(slot: tag, answer) ?? ()
        }
        reception.body.withUnsafeBytes { body in
            let message =
                body.count > Self.prefixBytes
                ? UnsafeRawBufferPointer(rebasing: body[Self.prefixBytes...]) : Answer.noMessage
            delegate?.answered(
                slot: tag, Answer(code: reception.code, reason: reception.reason, message: message))
        }
    }

    /// Streams that the peer does not take are closed, and are told of then.
    func isRefused(slot: Int) -> Bool { false }

    func goAwayReceived(errorCode: UInt32, debugData: UnsafeRawBufferPointer) {
        let reason = debugData.isEmpty ? "GOAWAY \(errorCode)" : String(decoding: debugData, as: UTF8.self)
        delegate?.goingAway(reason: reason)
    }

    private static func number(_ text: UnsafeRawBufferPointer) -> UInt32? {
        guard (1...2).contains(text.count) else { return nil }
        var number: UInt32 = 0
        for byte in text {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            number = number * 10 + UInt32(byte - UInt8(ascii: "0"))
        }
        return number
    }
}
