internal import AgentdCore
internal import LoopExecutor
internal import Messages
internal import NIOCore
internal import Services

/// What all connections of one event loop share. Confined to that loop.
final class ListenerLoop {
    let dispatcher: Dispatcher
    let executor: EventLoopTaskExecutor
    let arenas: ArenaPool
    let limits: WireLimits
    /// For `x-request-id`, which tells calls apart and is no secret.
    private var generator = FastRandomNumberGenerator()

    init(eventLoop: any EventLoop, dispatcher: Dispatcher, limits: WireLimits) {
        self.dispatcher = dispatcher
        self.limits = limits
        executor = EventLoopTaskExecutor(eventLoop)
        arenas = ArenaPool(capacity: limits.frameMemoryBytes + limits.messageBytes * DecodingMemory.factor)
    }

    /// An `x-request-id` for a call that brought none.
    func newCallID() -> String { UUIDValue.random(using: &generator).description }
}

extension WireLimits {
    /// The longest payload of a frame: a message of the longest kind, its headers, and what the frame adds to them.
    var frameBytes: Int { messageBytes + headerBytes + 4 * 1_024 }

    /// Bytes that a frame may take when it is decoded. Its message is copied once; headers are small and may be many.
    var frameMemoryBytes: Int { messageBytes + headerBytes * 24 + 16 * 1_024 }
}
