import Testing

internal import Glibc
internal import NIOCore
internal import NIOPosix
@testable internal import Postgres
internal import TestSupport

@Suite("Signals of sockets", .timeLimit(.minutes(1)))
struct SocketSignalsTests {
    /// Looks after which nobody waits for the others any more.
    private static let tooMany = 100_000

    @Test("A socket that always has something to say lets the loop read what others send, and is looked at again")
    func othersAreRead() async throws {
        try await TestLoop.with { loop in
            let (mine, talker) = try Self.socketPair()
            let (input, output) = try Self.pipe()
            defer { for descriptor in [mine, talker, output] { close(descriptor) } }
            try await loop.run {
                let talk = Talk()
                let channel = try await NIOPipeBootstrap(group: loop.eventLoop)
                    .channelInitializer { channel in
                        channel.eventLoop.makeCompletedFuture {
                            try channel.pipeline.syncOperations.addHandler(ReadHandler(talk))
                        }
                    }
                    .takingOwnershipOfDescriptor(input: input).get()
                let signals = try SocketSignals.of(loop.eventLoop)
                // Nobody reads it: it has something to say at each look.
                let isWatched = signals.watch(mine, for: talk) {
                    talk.looks += 1
                    if talk.looks == 1 { write(output, "?", 1) }
                    if talk.looks == Self.tooMany { signals.stopWatching(for: talk) }
                }
                try #require(isWatched)
                write(talker, "!", 1)
                try await waitUntil { talk.looksAtRead != nil }
                let atRead = try #require(talk.looksAtRead)
                try #require(atRead < Self.tooMany)
                try await waitUntil { talk.looks > atRead }
                signals.stopWatching(for: talk)
                try await channel.close()
            }
        }
    }

    @Test("What a socket had to say before it was watched is heard")
    func earlyWords() async throws {
        try await TestLoop.with { loop in
            let (mine, talker) = try Self.socketPair()
            defer { for descriptor in [mine, talker] { close(descriptor) } }
            write(talker, "!", 1)
            try await loop.run {
                let talk = Talk()
                let signals = try SocketSignals.of(loop.eventLoop)
                let isWatched = signals.watch(mine, for: talk) {
                    talk.looks += 1
                    signals.stopWatching(for: talk)
                }
                try #require(isWatched)
                try await waitUntil { talk.looks == 1 }
            }
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

/// Unchecked: it is confined to its event loop.
private final class Talk: @unchecked Sendable {
    var looks = 0
    /// How many there had been when what came elsewhere was read.
    var looksAtRead: Int?
}

private final class ReadHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let talk: Talk

    init(_ talk: Talk) { self.talk = talk }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { talk.looksAtRead = talk.looks }
}
