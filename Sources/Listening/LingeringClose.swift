package import NIOCore

extension ChannelHandlerContext {
    /// How long a client may go on sending after its connection was ended; closing at once would reset the connection,
    /// and the client might lose the last that it was told.
    private static var lingerTime: TimeAmount { .seconds(1) }

    /// Closes when everything that was written is sent, or cannot be.
    /// - Parameter isHalfClosed: Whether the client has ended its side already, so that there is nothing to wait for.
    package func closeLingering(isHalfClosed: Bool) {
        // An empty write has gone out when everything before it has.
        let sent = eventLoop.makePromise(of: Void.self)
        channel.writeAndFlush(ByteBuffer(), promise: sent)
        sent.futureResult.assumeIsolated().whenComplete { [channel] _ in
            if isHalfClosed { return channel.close(promise: nil) }
            channel.close(mode: .output, promise: nil)
            channel.eventLoop.assumeIsolated().scheduleTask(in: Self.lingerTime) { channel.close(promise: nil) }
        }
    }
}
