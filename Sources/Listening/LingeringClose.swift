package import NIOCore

extension ChannelHandlerContext {
    /// How long a client may go on sending after its connection was ended; closing at once would reset the connection,
    /// and the client might lose the last that it was told.
    private static var lingerTime: TimeAmount { .seconds(1) }

    /// How long what is left may take to be sent to a client that does not read.
    private static var sendingTime: TimeAmount { .seconds(5) }

    /// Closes when everything that was written is sent, or cannot be, or takes too long.
    /// - Parameter isHalfClosed: Whether the client has ended its side already, so that there is nothing to wait for.
    package func closeLingering(isHalfClosed: Bool) {
        // An empty write has gone out when everything before it has.
        let bound = eventLoop.assumeIsolated().scheduleTask(in: Self.sendingTime) { [channel] in
            channel.close(promise: nil)
        }
        channel.closeFuture.assumeIsolated().whenComplete { _ in bound.cancel() }
        let sent = eventLoop.makePromise(of: Void.self)
        channel.writeAndFlush(ByteBuffer(), promise: sent)
        sent.futureResult.assumeIsolated().whenComplete { [channel] _ in
            if isHalfClosed { return channel.close(promise: nil) }
            channel.close(mode: .output, promise: nil)
            channel.eventLoop.assumeIsolated().scheduleTask(in: Self.lingerTime) { channel.close(promise: nil) }
        }
    }
}
