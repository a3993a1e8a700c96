internal import AgentdClient
internal import NIOCore

/// Where a connection tells what happens on it, on the event loop.
protocol LoadConnectionOwner: AnyObject {
    func connectionOpened(_ connection: LoadConnection)
    /// - Parameter now: When the answer was read.
    func answered(_ sent: LoadConnection.SentCall, _ answer: Answer, at now: UInt64)
    /// All answers that came together have been told; room is free.
    func turn(after connection: LoadConnection)
    /// It is gone or could not be made.
    /// - Parameters:
    ///   - calls: Those that have no answer.
    ///   - problem: Why.
    func connectionEnded(_ connection: LoadConnection, _ calls: [LoadConnection.SentCall], _ problem: LoadProblem)
}

/// A connection to the daemon and the calls that are in flight on it. Confined to its event loop. It is dialled again
/// after its end.
final class LoadConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    struct SentCall {
        let call: Call
        /// When it was due: latency counts from then.
        let since: UInt64
        /// Whether the answer's message is to be looked at.
        let isChecked: Bool
        /// Why the peer does not do it, where it has said so and given no answer.
        var refusal: String?
    }

    private enum State {
        case idle
        case connecting
        /// Connected; what the peer says to that is awaited.
        case greeting
        case open
        /// The peer takes no further calls.
        case leaving
    }

    /// How long the peer may take to say that it takes calls.
    private static let greetingTimeout = TimeAmount.seconds(10)
    /// What a peer sends first that takes encrypted connections only: an alert of TLS.
    private static let alertOfTLS: UInt8 = 0x15

    private let configuration: AgentdClient.Configuration
    private let eventLoop: any EventLoop
    private let makeWire: () throws(LoadProblem) -> any Wire
    private unowned let owner: any LoadConnectionOwner
    private var wire: (any Wire)?
    private var state = State.idle
    private var context: ChannelHandlerContext?
    private var greeting: Scheduled<Void>?
    private var output = ByteBuffer()
    /// By slot: the call; nil when it is free.
    private var slots: [SentCall?] = []
    private var freeSlots: [Int] = []
    /// Why the peer ends the connection, if it said so.
    private var farewell: String?
    private var readAt: UInt64 = 0

    /// The most calls that may be in flight on it; what the peer takes counts when it is less.
    private(set) var room: Int
    private let wantedRoom: Int
    private let sparesRoom: Bool
    private(set) var callsInFlight = 0
    /// How many of them are the noisy tenant's.
    private var noisyCallsInFlight = 0
    /// Whether something was sent since the last flush.
    private(set) var isDirty = false

    init(
        _ configuration: AgentdClient.Configuration, on eventLoop: any EventLoop, room: Int, sparesRoom: Bool,
        owner: any LoadConnectionOwner, makeWire: @escaping () throws(LoadProblem) -> any Wire
    ) {
        self.configuration = configuration
        self.eventLoop = eventLoop
        self.owner = owner
        self.makeWire = makeWire
        wantedRoom = room
        self.sparesRoom = sparesRoom
        self.room = room
    }

    var isOpen: Bool { state == .open }

    /// A single place is open to both groups.
    func hasRoom(for group: CallerGroup) -> Bool {
        guard state == .open, callsInFlight < room else { return false }
        return group == .others || !sparesRoom || noisyCallsInFlight < max(room / 2, 1)
    }
}

// MARK: Calls

extension LoadConnection {
    /// Only with room for it. It goes out with the next flush.
    func send(_ sent: SentCall) {
        guard let wire else { return }
        let slot = freeSlots.popLast() ?? slots.count
        if slot == slots.count { slots.append(sent) } else { slots[slot] = sent }
        callsInFlight += 1
        if sent.call.group == .noisyTenant { noisyCallsInFlight += 1 }
        isDirty = true
        do throws(LoadProblem) {
            try wire.send(sent.call, slot: slot, keepsAnswer: sent.isChecked)
        } catch {
            end(error)
        }
    }

    func flush() {
        isDirty = false
        guard let wire, let context else { return }
        output.clear()
        do throws(LoadProblem) {
            try wire.flush(into: &output)
        } catch {
            return end(error)
        }
        guard output.readableBytes > 0 else { return }
        context.writeAndFlush(wrapOutboundOut(output), promise: nil)
    }
}

extension LoadConnection: WireDelegate {
    func opened(callsInFlight limit: Int) {
        guard state == .greeting else { return }
        greeting?.cancel()
        room = min(wantedRoom, limit)
        state = .open
        owner.connectionOpened(self)
    }

    func answered(slot: Int, _ answer: Answer) {
        guard slot < slots.count, let sent = slots[slot] else { return }
        slots[slot] = nil
        freeSlots.append(slot)
        callsInFlight -= 1
        if sent.call.group == .noisyTenant { noisyCallsInFlight -= 1 }
        owner.answered(sent, answer, at: readAt)
    }

    func goingAway(reason: String) {
        farewell = reason
        if state == .open { state = .leaving }
    }
}

// MARK: Channel events

extension LoadConnection {
    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // A connection that was given up may still have something to say.
        guard context === self.context, let wire else { return }
        readAt = NIODeadline.now().uptimeNanoseconds
        let problem: LoadProblem? = unwrapInboundIn(data).withUnsafeReadableBytes { bytes in
            if state == .greeting, bytes.first == Self.alertOfTLS {
                return LoadProblem(.noConnection, "it takes encrypted connections only: use --tls")
            }
            do throws(LoadProblem) {
                try wire.receive(bytes, self)
                return nil
            } catch {
                return error
            }
        }
        if let problem { end(problem) }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        guard context === self.context else { return }
        owner.turn(after: self)
        // What was read may itself ask for an answer, such as a ping of HTTP/2.
        flush()
    }

    func channelInactive(context: ChannelHandlerContext) {
        guard context === self.context else { return }
        let reason = farewell.map { "the daemon ended it: \($0)" } ?? "the daemon closed it"
        end(LoadProblem(.noConnection, "the connection is gone: \(reason)"))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if context === self.context { end(failure(error)) } else { context.close(promise: nil) }
    }

    private func failure(_ error: any Error) -> LoadProblem {
        let error = AgentdError(connectingTo: "\(configuration.endpoint)", failedWith: error)
        return LoadProblem(.noConnection, error.message)
    }
}

// MARK: Beginning and end

extension LoadConnection {
    func dial() {
        guard state == .idle else { return }
        state = .connecting
        Dialer(configuration, on: eventLoop).dial { result in
            switch result {
            case .success(let channel): self.connected(channel)
            case .failure(let error): self.end(self.failure(error))
            }
        }
    }

    private func connected(_ channel: any Channel) {
        // The run may have ended meanwhile.
        guard state == .connecting else { return channel.close(promise: nil) }
        do {
            let wire = try makeWire()
            self.wire = wire
            state = .greeting
            try channel.pipeline.syncOperations.addHandler(self)
            greeting = eventLoop.assumeIsolated().scheduleTask(in: Self.greetingTimeout) {
                self.end(LoadProblem(.noConnection, "\(self.configuration.endpoint) accepts, and then says nothing"))
            }
            try wire.open()
            flush()
        } catch let problem as LoadProblem {
            channel.close(promise: nil)
            end(problem)
        } catch {
            channel.close(promise: nil)
            end(failure(error))
        }
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    /// Gives everything up; the owner hears of it once.
    private func end(_ problem: LoadProblem) {
        guard state != .idle else { return }
        let calls = close()
        owner.connectionEnded(self, calls, problem)
    }

    /// Ends the connection without a word to the owner.
    /// - Returns: The calls that have no answer.
    @discardableResult
    func close() -> [SentCall] {
        state = .idle
        greeting?.cancel()
        greeting = nil
        let calls = slots.enumerated().compactMap { [wire, farewell] slot, sent -> SentCall? in
            guard var sent else { return nil }
            if wire?.isRefused(slot: slot) == true { sent.refusal = farewell }
            return sent
        }
        wire = nil
        farewell = nil
        isDirty = false
        slots = []
        freeSlots = []
        callsInFlight = 0
        noisyCallsInFlight = 0
        context?.close(promise: nil)
        context = nil
        return calls
    }
}
