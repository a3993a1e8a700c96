internal import HummingbirdCore
internal import Logging
internal import NIOCore

/// A connection of the administrative server: HTTP/1.1 behind the limits.
struct AdminChannel: ServerChildChannel {
    /// A header field, and all of them, in bytes: those that scrapers, probes and browsers send are below 2,000.
    private static let headerFieldBytes = 8_192
    private static let headerBytes = 16_384
    private static let headerFields = 100

    private let http: HTTP1Channel

    init(_ pages: AdminPages) {
        let decoder = HTTP1Channel.Configuration.DecoderConfiguration(
            maxHeaderFieldSize: Self.headerFieldBytes, maxHeaderListSize: Self.headerBytes,
            maxHeaderFieldCount: Self.headerFields)
        http = HTTP1Channel(
            responder: { request, writer, _ in
                let response = await pages.answer(to: request)
                try await writer.write(response: response.head, body: response.body)
            }, configuration: HTTP1Channel.Configuration(httpDecoderConfiguration: decoder))
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
        channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(AdminConnectionLimits())
        }.flatMap { http.setup(channel: channel, logger: logger) }
    }

    func handle(value: HTTP1Channel.Value, logger: Logger) async { await http.handle(value: value, logger: logger) }
}
