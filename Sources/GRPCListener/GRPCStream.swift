internal import AgentdCore
internal import Listening
internal import Messages
internal import Services

/// One call on its HTTP/2 stream. Confined to the connection's event loop.
final class GRPCStream {
    enum Phase {
        case readingHead
        /// Messages may come, and the call may run.
        case open
        /// Its status is decided; what is left of the answer goes out, what still comes is thrown away.
        case answered
    }

    /// Before each message: its compression and its length.
    static let prefixBytes = 5

    /// What it takes besides its head, messages and answers, here and in libnghttp2.
    private static let ownBytes = 2 * 1_024

    let id: Int32
    let head: RequestHead
    var assembler: MessageAssembler
    var phase = Phase.readingHead
    /// Nil until the head is complete, and for what is no call.
    var observed: ObservedCall?
    var deadline = Deadline.never
    /// When the request must be complete.
    var inputBy = UInt64.max
    /// When the client must have taken the answer.
    var outputBy = UInt64.max
    /// Messages that are complete and not run yet.
    var messages: [MessageAssembler.Message] = []
    var inputHasEnded = false
    /// Its next message is complete and waits until there is room to decompress it.
    var awaitsRoom = false
    /// What the service adds to the trailers of an exchange.
    var serviceTrailers: [Header] = []
    var running: RunningCall?
    /// Of one that may go on for as long as the client likes.
    var place: OpenStreams.Place?
    /// Whether the response headers are out, so that what follows is data or trailers.
    var hasResponded = false
    private var outgoing: [UInt8] = []
    private var sentBytes = 0
    private var trailers: HeaderBlock?

    /// - Parameter likely: What the client has called before; nil for nothing.
    init(id: Int32, limits: WireLimits, likely: CallMethod?) {
        self.id = id
        head = RequestHead(limit: limits.headerBytes, likely: likely)
        assembler = MessageAssembler(maximumBytes: limits.messageBytes)
    }

    var kind: MethodKind { observed?.method?.kind ?? .unary }

    /// The next time at which something is due.
    var nextDue: UInt64 {
        phase == .open ? min(deadline.uptimeNanoseconds, inputBy) : outputBy
    }

    /// Bytes that came for it and that no call has taken over.
    var receivedBytes: Int {
        messages.reduce(Self.ownBytes + head.keptBytes + assembler.bufferedBytes) { $0 + $1.bytes.count }
    }

    /// Bytes of answers that the client has not taken.
    var unsentBytes: Int { outgoing.count - sentBytes }

    /// - Parameter bytes: Of one message, with its prefix.
    func append(_ bytes: [UInt8]) {
        if sentBytes == outgoing.count {
            outgoing = bytes
            sentBytes = 0
            return
        }
        // A client that always leaves something behind must not make it grow for ever.
        if sentBytes > outgoing.count / 2 {
            outgoing.removeFirst(sentBytes)
            sentBytes = 0
        }
        outgoing.append(contentsOf: bytes)
    }

    /// Nothing but what is left, and then these.
    func end(with trailers: HeaderBlock) { self.trailers = trailers }

    /// Fills one DATA frame.
    func produce(into buffer: UnsafeMutableRawBufferPointer) -> HTTP2Session.Produced {
        let count = min(buffer.count, unsentBytes)
        outgoing.withUnsafeBytes { bytes in
            buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[sentBytes..<sentBytes + count]))
        }
        sentBytes += count
        if unsentBytes == 0, let trailers { return .last(count, trailers: trailers) }
        return count == 0 ? .nothingYet : .bytes(count)
    }
}
