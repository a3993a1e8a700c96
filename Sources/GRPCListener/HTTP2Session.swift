internal import CNGHTTP2
internal import NIOCore

/// What happens on an HTTP/2 connection. None of it may receive or produce bytes of the session itself.
protocol HTTP2SessionDelegate: AnyObject {
    /// A header of a request's head, pseudo headers first.
    /// - Returns: Whether the rest is wanted; if not, the stream is reset.
    func headerReceived(stream: Int32, name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) -> Bool
    func headReceived(stream: Int32, isEnd: Bool)
    func dataReceived(stream: Int32, _ bytes: UnsafeRawBufferPointer)
    /// The client sends nothing more on the stream.
    func inputEnded(stream: Int32)
    /// The stream is gone, because both sides have ended it or one has reset it.
    func streamClosed(stream: Int32)
    func pingAcknowledged()
    func settingsAcknowledged()
    /// A `GOAWAY` was sent for an error that is none of `ErrorCode`: the library has found what is against the
    /// protocol.
    func protocolErrorSent()
    /// The last frame of the answer was sent.
    func outputEnded(stream: Int32)
    /// Fills one DATA frame.
    func produceData(stream: Int32, into buffer: UnsafeMutableRawBufferPointer) -> HTTP2Session.Produced
}

/// The server's side of one HTTP/2 connection (RFC 9113), kept by libnghttp2, which does no input or output itself.
/// Confined to one event loop.
final class HTTP2Session {
    /// What one DATA frame was filled with.
    enum Produced {
        /// Some bytes, more than none; more may follow.
        case bytes(Int)
        /// The last bytes, perhaps none; these trailers follow.
        case last(Int, trailers: HeaderBlock)
        /// Nothing yet: `resume` when there is more.
        case nothingYet
    }

    struct Failure: Error, CustomStringConvertible { let description: String }

    struct Limits {
        let concurrentStreams: Int
        /// Bytes of a request that a client may send before it is told that it may send more.
        let streamWindow: Int
        let connectionWindow: Int
        /// What the head of a request may take, as HTTP/2 counts it.
        let headerListBytes: Int
    }

    /// The error codes that we use (RFC 9113, 7).
    enum ErrorCode: UInt32 {
        case noError = 0
        case cancel = 8
        case enhanceYourCalm = 11
    }

    /// A head over more frames than these is an attack: a head of the longest kind fits into one.
    private static let continuations = 8

    /// Acknowledgements that may wait to be sent; more than `FloodGuard` lets come at once.
    private static let outboundAcknowledgements = 4_000

    private let session: OpaquePointer
    /// It owns the session, and nothing calls back but what it calls itself; a checked reference would be counted
    /// twenty times for each request.
    fileprivate unowned(unsafe) let delegate: any HTTP2SessionDelegate

    init(limits: Limits, delegate: any HTTP2SessionDelegate) throws {
        self.delegate = delegate
        var made: OpaquePointer?
        var callbacks: OpaquePointer?
        var options: OpaquePointer?
        guard nghttp2_session_callbacks_new(&callbacks) == 0, nghttp2_option_new(&options) == 0 else {
            throw Failure(description: "out of memory")
        }
        defer {
            nghttp2_session_callbacks_del(callbacks)
            nghttp2_option_del(options)
        }
        Self.set(callbacks)
        nghttp2_option_set_no_auto_window_update(options, 1)
        nghttp2_option_set_max_reserved_remote_streams(options, 0)
        nghttp2_option_set_max_continuations(options, Self.continuations)
        // Streams that are closed are of no use to us; priorities, which need them, are not used.
        nghttp2_option_set_no_closed_streams(options, 1)
        // A value that ends in a space is a value: who sends an empty token is told so.
        nghttp2_option_set_no_rfc9113_leading_and_trailing_ws_validation(options, 1)
        // `FloodGuard` counts resets and pings, with regard to how many calls were answered; it says why it ends a
        // connection, which the library does not.
        nghttp2_option_set_max_outbound_ack(options, Self.outboundAcknowledgements)
        nghttp2_option_set_stream_reset_rate_limit(options, 1 << 40, 1 << 40)
        guard nghttp2_session_server_new2(&made, callbacks, nil, options) == 0, let made else {
            throw Failure(description: "out of memory")
        }
        session = made
        nghttp2_session_set_user_data(session, Unmanaged.passUnretained(self).toOpaque())
        var settings = [
            Self.entry(NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, limits.concurrentStreams),
            Self.entry(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, limits.streamWindow),
            Self.entry(NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, limits.headerListBytes),
        ]
        nghttp2_submit_settings(session, Self.noFlags, &settings, settings.count)
        nghttp2_session_set_local_window_size(session, Self.noFlags, 0, Int32(clamping: limits.connectionWindow))
    }

    deinit { nghttp2_session_del(session) }

    private static var noFlags: UInt8 { UInt8(NGHTTP2_FLAG_NONE.rawValue) }

    private static func entry(_ id: nghttp2_settings_id, _ value: Int) -> nghttp2_settings_entry {
        nghttp2_settings_entry(settings_id: Int32(id.rawValue), value: UInt32(clamping: value))
    }
}

// MARK: Bytes

extension HTTP2Session {
    /// Takes what came from the client.
    /// - Throws: When the client does not speak HTTP/2, or breaks it beyond repair.
    func receive(_ bytes: UnsafeRawBufferPointer) throws {
        guard let start = bytes.baseAddress else { return }
        let count = nghttp2_session_mem_recv(session, start.assumingMemoryBound(to: UInt8.self), bytes.count)
        guard count < 0 else { return }
        throw Failure(description: String(cString: nghttp2_strerror(Int32(count))))
    }

    /// Appends the next frames that are to be sent, until there are none or the buffer holds enough.
    func send(into buffer: inout ByteBuffer, upTo limit: Int) throws {
        while buffer.readableBytes < limit {
            var data: UnsafePointer<UInt8>?
            let count = nghttp2_session_mem_send(session, &data)
            guard count >= 0 else { throw Failure(description: String(cString: nghttp2_strerror(Int32(count)))) }
            guard count > 0, let data else { return }
            buffer.writeBytes(UnsafeRawBufferPointer(start: data, count: count))
        }
    }

    /// Whether it has ended: nothing will be read, and nothing is left to be sent.
    var isFinished: Bool { nghttp2_session_want_read(session) == 0 && nghttp2_session_want_write(session) == 0 }
}

// MARK: Answers

extension HTTP2Session {
    /// - Parameter hasData: Whether `produceData` is to be asked for what follows; without it the stream ends here.
    func respond(stream: Int32, _ headers: HeaderBlock, hasData: Bool) {
        let provider = nghttp2_data_provider(
            source: nghttp2_data_source(fd: 0),
            read_callback: { _, stream, buffer, length, flags, _, user in
                HTTP2Session.of(user) { $0.produce(stream, buffer, length, flags) } ?? HTTP2Session.failed
            })
        headers.withNameValues { values, count in
            withUnsafePointer(to: provider) { provider in
                _ = nghttp2_submit_response(session, stream, values, count, hasData ? provider : nil)
            }
        }
    }

    /// There is data again, or the end.
    func resume(stream: Int32) { nghttp2_session_resume_data(session, stream) }

    func reset(stream: Int32, _ code: ErrorCode) {
        nghttp2_submit_rst_stream(session, Self.noFlags, stream, code.rawValue)
    }

    private func produce(
        _ stream: Int32, _ buffer: UnsafeMutablePointer<UInt8>?, _ length: Int, _ flags: UnsafeMutablePointer<UInt32>?
    ) -> Int {
        switch delegate.produceData(stream: stream, into: UnsafeMutableRawBufferPointer(start: buffer, count: length)) {
        case .bytes(let count): return count
        case .nothingYet: return Int(NGHTTP2_ERR_DEFERRED.rawValue)
        case .last(let count, let trailers):
            flags?.pointee = NGHTTP2_DATA_FLAG_EOF.rawValue | NGHTTP2_DATA_FLAG_NO_END_STREAM.rawValue
            trailers.withNameValues { values, number in
                _ = nghttp2_submit_trailer(session, stream, values, number)
            }
            return count
        }
    }
}

// MARK: Flow and the end

extension HTTP2Session {
    /// Bytes of a stream were taken: the connection's window opens again, that of the stream does not yet.
    func consumeConnection(_ count: Int) { nghttp2_session_consume_connection(session, count) }

    /// The window of the stream opens again.
    func consumeStream(_ stream: Int32, _ count: Int) { nghttp2_session_consume_stream(session, stream, count) }

    /// Lets the client send so many bytes on a stream.
    func widen(stream: Int32, to window: Int) {
        nghttp2_session_set_local_window_size(session, Self.noFlags, stream, Int32(clamping: window))
    }

    /// First of two steps of an orderly end: the client is asked for no further streams, those on their way are served.
    func announceShutdown() {
        nghttp2_submit_shutdown_notice(session)
        nghttp2_submit_ping(session, Self.noFlags, nil)
    }

    /// Second step: streams that were not heard of yet are not served, and the client knows which those are.
    func refuseFurtherStreams() {
        let last = nghttp2_session_get_last_proc_stream_id(session)
        nghttp2_submit_goaway(session, Self.noFlags, last, ErrorCode.noError.rawValue, nil, 0)
    }

    /// Ends the connection: all streams are given up.
    /// - Parameter reason: Goes with the `GOAWAY`, for whoever looks why.
    func terminate(_ code: ErrorCode, reason: String) {
        let last = nghttp2_session_get_last_proc_stream_id(session)
        var reason = reason
        reason.withUTF8 { bytes in
            _ = nghttp2_submit_goaway(session, Self.noFlags, last, code.rawValue, bytes.baseAddress, bytes.count)
        }
        nghttp2_session_terminate_session2(session, last, code.rawValue)
    }
}

// MARK: Callbacks

extension HTTP2Session {
    private static var failed: Int { Int(NGHTTP2_ERR_CALLBACK_FAILURE.rawValue) }

    /// Lends the session that a callback is for.
    private static func of<R>(_ user: UnsafeMutableRawPointer?, _ body: (HTTP2Session) -> R) -> R? {
        user.map { Unmanaged<HTTP2Session>.fromOpaque($0)._withUnsafeGuaranteedRef(body) }
    }

    private static func set(_ callbacks: OpaquePointer?) {
        nghttp2_session_callbacks_set_on_header_callback(callbacks) {
            _, frame, name, nameCount, value, valueCount, _, user in
            guard let frame, frame.pointee.headers.cat == NGHTTP2_HCAT_REQUEST else { return 0 }
            let goesOn = HTTP2Session.of(user) {
                $0.delegate.headerReceived(
                    stream: frame.pointee.hd.stream_id, name: UnsafeRawBufferPointer(start: name, count: nameCount),
                    value: UnsafeRawBufferPointer(start: value, count: valueCount))
            }
            // Then the library resets the stream. It still has to decode the rest, but no longer looks at it.
            return goesOn == false ? NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue : 0
        }
        nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks) { _, frame, user in
            if let frame { HTTP2Session.of(user) { $0.received(frame.pointee) } }
            return 0
        }
        nghttp2_session_callbacks_set_on_frame_send_callback(callbacks) { _, frame, user in
            if let frame { HTTP2Session.of(user) { $0.sent(frame.pointee) } }
            return 0
        }
        nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks) { _, _, stream, data, count, user in
            HTTP2Session.of(user) {
                $0.delegate.dataReceived(stream: stream, UnsafeRawBufferPointer(start: data, count: count))
            }
            return 0
        }
        nghttp2_session_callbacks_set_on_stream_close_callback(callbacks) { _, stream, _, user in
            HTTP2Session.of(user) { $0.delegate.streamClosed(stream: stream) }
            return 0
        }
    }

    private static let endStream = UInt8(NGHTTP2_FLAG_END_STREAM.rawValue)
    private static let acknowledgement = UInt8(NGHTTP2_FLAG_ACK.rawValue)

    private func sent(_ frame: nghttp2_frame) {
        if UInt32(frame.hd.type) == NGHTTP2_GOAWAY.rawValue, ErrorCode(rawValue: frame.goaway.error_code) == nil {
            return delegate.protocolErrorSent()
        }
        guard frame.hd.flags & Self.endStream != 0 else { return }
        switch UInt32(frame.hd.type) {
        case NGHTTP2_HEADERS.rawValue, NGHTTP2_DATA.rawValue: delegate.outputEnded(stream: frame.hd.stream_id)
        default: break
        }
    }

    private func received(_ frame: nghttp2_frame) {
        let header = frame.hd
        let isEnd = header.flags & Self.endStream != 0
        switch UInt32(header.type) {
        case NGHTTP2_HEADERS.rawValue where frame.headers.cat == NGHTTP2_HCAT_REQUEST:
            delegate.headReceived(stream: header.stream_id, isEnd: isEnd)
        case NGHTTP2_HEADERS.rawValue, NGHTTP2_DATA.rawValue:
            if isEnd { delegate.inputEnded(stream: header.stream_id) }
        case NGHTTP2_PING.rawValue where header.flags & Self.acknowledgement != 0: delegate.pingAcknowledged()
        case NGHTTP2_SETTINGS.rawValue where header.flags & Self.acknowledgement != 0:
            delegate.settingsAcknowledged()
        default: break
        }
    }
}
