import Glibc
import Testing

internal import NIOCore
internal import NIOPosix
@testable internal import Postgres
internal import TestSupport

@Suite("Signals of sockets", .timeLimit(.minutes(1)))
struct SocketSignalsTests {
    /// Looks after which nobody waits for the others any more.
    private static let tooMany = 1_000_000

    @Test("A socket that always has something to say does not keep the loop from reading what others send")
    func othersAreRead() async throws {
        try await TestLoop.with { loop in
            let looks = try await loop.run {
                let (mine, talker) = try Self.socketPair()
                let (input, output) = try Self.pipe()
                defer { for descriptor in [mine, talker, output] { close(descriptor) } }

                let counter = LookCounter(loop.eventLoop.makePromise())
                let channel = try await NIOPipeBootstrap(group: loop.eventLoop)
                    .channelInitializer { channel in
                        channel.eventLoop.makeCompletedFuture {
                            try channel.pipeline.syncOperations.addHandler(ReadHandler(counter))
                        }
                    }
                    .takingOwnershipOfDescriptor(input: input).get()
                let signals = try SocketSignals.of(loop.eventLoop)
                // Nobody reads it: it has something to say at each look.
                let isWatched = signals.watch(mine, for: counter) {
                    counter.looks += 1
                    if counter.looks == 1 { write(output, "?", 1) }
                    if counter.looks == Self.tooMany { counter.end() }
                }
                #expect(isWatched)
                write(talker, "!", 1)
                let looks = try await counter.atEnd.futureResult.get()
                signals.stopWatching(for: counter)
                try await channel.close()
                return looks
            }
            #expect(looks < Self.tooMany)
        }
    }

    private static func socketPair() throws -> (CInt, CInt) {
        var pair: (CInt, CInt) = (-1, -1)
        let result = withUnsafeMutableBytes(of: &pair) {
            socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0, $0.assumingMemoryBound(to: CInt.self).baseAddress)
        }
        try #require(result == 0)
        return pair
    }

    private static func pipe() throws -> (input: CInt, output: CInt) {
        var pair: (CInt, CInt) = (-1, -1)
        let result = withUnsafeMutableBytes(of: &pair) {
            Glibc.pipe($0.assumingMemoryBound(to: CInt.self).baseAddress)
        }
        try #require(result == 0)
        return pair
    }
}

/// Looks until what came elsewhere is read.
///
/// Unchecked: it is confined to its event loop.
private final class LookCounter: @unchecked Sendable {
    var looks = 0
    let atEnd: EventLoopPromise<Int>

    init(_ atEnd: EventLoopPromise<Int>) { self.atEnd = atEnd }

    func end() { atEnd.succeed(looks) }
}

private final class ReadHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let counter: LookCounter

    init(_ counter: LookCounter) { self.counter = counter }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { counter.end() }
}
