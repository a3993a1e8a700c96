internal import NIOCore

/// Bounds what one connection of the administrative server may cost: how much may be sent for one answer, and how long
/// anything may take. It stands before everything that looks at the bytes.
///
/// Whatever is too much closes the connection without a word. Confined to the connection's event loop.
final class AdminConnectionLimits: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = IOData

    /// From the first byte of a request, or from the beginning of the connection, to the answer.
    static let answerLimit = TimeAmount.seconds(5)
    /// Without a request. Longer than scrapers and probes wait between two of them, as a rule up to a minute.
    static let idleLimit = TimeAmount.minutes(2)
    /// Until the next answer. What is read here has no body, so it is the head of a request or of a few in a row.
    static let requestBytes = 32_768
    /// For answers that are under way when the server stops.
    static let closingLimit = TimeAmount.milliseconds(500)

    private var receivedBytes = 0
    private var isIdle = false
    private var timeout: Scheduled<Void>?

    func handlerAdded(context: ChannelHandlerContext) { limit(Self.answerLimit, context) }

    func handlerRemoved(context: ChannelHandlerContext) { timeout?.cancel() }

    func channelInactive(context: ChannelHandlerContext) {
        timeout?.cancel()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        receivedBytes += Self.unwrapInboundIn(data).readableBytes
        guard receivedBytes <= Self.requestBytes else { return context.close(promise: nil) }
        if isIdle {
            isIdle = false
            limit(Self.answerLimit, context)
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        receivedBytes = 0
        if !isIdle {
            isIdle = true
            limit(Self.idleLimit, context)
        }
        context.write(data, promise: promise)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent { limit(Self.closingLimit, context) }
        context.fireUserInboundEventTriggered(event)
    }

    private func limit(_ time: TimeAmount, _ context: ChannelHandlerContext) {
        timeout?.cancel()
        timeout = context.eventLoop.assumeIsolated().scheduleTask(in: time) { context.close(promise: nil) }
    }
}
