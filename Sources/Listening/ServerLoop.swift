package import AgentdCore
package import LoopExecutor
package import Messages
package import NIOCore
package import Services

/// What all connections of one event loop share. Confined to that loop.
package final class ServerLoop {
    package let executor: EventLoopTaskExecutor
    /// Answers the calls; another one as soon as the daemon is ready.
    package internal(set) var handler: any CallHandler
    package let observer: CallObserver
    package let arenas: ArenaPool
    package let buffers: BufferedBytes
    package let streams: OpenStreams
    /// `google.rpc.Status` of errors.
    package let statuses = EncodedErrors<[UInt8]>()
    /// The same in base64.
    package let statusTexts = EncodedErrors<String>()
    /// For `x-request-id`, which tells calls apart and is no secret.
    private var generator = FastRandomNumberGenerator()

    /// - Parameters:
    ///   - limits: Of messages, headers and memory, which do not change while the daemon runs.
    ///   - share: How many loops share the memory.
    ///   - streams: Of all loops.
    package init(
        _ eventLoop: any EventLoop, handler: any CallHandler, observer: CallObserver, limits: WireLimits,
        sharedBy share: Int = 1, streams: OpenStreams = OpenStreams()
    ) {
        executor = EventLoopTaskExecutor(eventLoop)
        self.handler = handler
        self.observer = observer
        arenas = ArenaPool(capacity: limits.arenaBytes)
        buffers = BufferedBytes(maximumBytes: limits.bufferedBytes / share, on: eventLoop)
        self.streams = streams
    }

    /// The `x-request-id` of a client when it can stand in a log line, or else one of ours.
    package func callID(given value: [UInt8]?) -> CallID {
        guard let value, (1...128).contains(value.count), value.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            return .made(UUIDValue.random(using: &generator))
        }
        return .given(String(decoding: value, as: UTF8.self))
    }
}

extension WireLimits {
    /// The longest payload of a frame: a message of the longest kind, its headers, and what the frame adds to them.
    package var frameBytes: Int { messageBytes + headerBytes + 4 * 1_024 }

    /// Bytes that a frame may take when it is decoded. Its message is copied once; headers are small and may be many.
    package var frameMemoryBytes: Int { messageBytes + headerBytes * 24 + 16 * 1_024 }

    /// Bytes that decoding the frame and its message may take.
    fileprivate var arenaBytes: Int { frameMemoryBytes + messageBytes * DecodingMemory.factor }
}
