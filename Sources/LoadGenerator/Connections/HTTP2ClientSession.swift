internal import AgentdCore
internal import CNGHTTP2
internal import NIOCore

/// What happens on an HTTP/2 connection. None of it may receive or send bytes of the session itself.
protocol HTTP2ClientSessionDelegate: AnyObject {
    /// The server has said how many streams it takes at once.
    func settingsReceived(concurrentStreams: Int)
    /// A header of an answer's head or of its trailers.
    func headerReceived(_ tag: Int, _ header: AnswerHeader, value: UnsafeRawBufferPointer)
    func dataReceived(_ tag: Int, _ bytes: UnsafeRawBufferPointer)
    /// The stream is gone.
    /// - Parameter errorCode: 0 when both sides have ended it.
    func streamClosed(_ tag: Int, errorCode: UInt32)
    func goAwayReceived(errorCode: UInt32, debugData: UnsafeRawBufferPointer)
}

/// A header that says something of a call's outcome; the others are passed over.
enum AnswerHeader {
    /// Of an answer that is none of gRPC's.
    case httpFailure
    case status
    case statusDetails

    /// - Returns: Nil also for the status that every answer has.
    fileprivate init?(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
        if name.equals(":status") {
            guard !value.equals("200") else { return nil }
            self = .httpFailure
        } else if name.equals("grpc-status") {
            self = .status
        } else if name.equals("grpc-status-details-bin") {
            self = .statusDetails
        } else {
            return nil
        }
    }
}

/// The client's side of one HTTP/2 connection (RFC 9113), kept by libnghttp2, which does no input or output itself.
/// Streams are told apart by tags that the caller chooses. Confined to one event loop.
final class HTTP2ClientSession {
    /// Bytes of answers that may be on their way on a stream, and on the connection: more than there ever are, so that
    /// windows are opened seldom.
    private static let streamWindow = 4 << 20
    private static let connectionWindow = 64 << 20

    private let session: OpaquePointer
    /// By tag: the body of its request.
    private var bodies: [[UInt8]] = []
    /// It owns the session, and nothing calls back but what it calls itself; a checked reference would be counted for
    /// every frame.
    private unowned(unsafe) let delegate: any HTTP2ClientSessionDelegate

    init(delegate: any HTTP2ClientSessionDelegate) throws(LoadProblem) {
        var made: OpaquePointer?
        var callbacks: OpaquePointer?
        guard nghttp2_session_callbacks_new(&callbacks) == 0 else { throw Self.outOfMemory }
        defer { nghttp2_session_callbacks_del(callbacks) }
        Self.set(callbacks)
        guard nghttp2_session_client_new(&made, callbacks, nil) == 0, let made else { throw Self.outOfMemory }
        session = made
        self.delegate = delegate
        nghttp2_session_set_user_data(session, Unmanaged.passUnretained(self).toOpaque())
        var settings = [
            nghttp2_settings_entry(
                settings_id: Int32(NGHTTP2_SETTINGS_ENABLE_PUSH.rawValue), value: 0),
            nghttp2_settings_entry(
                settings_id: Int32(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE.rawValue), value: UInt32(Self.streamWindow)),
        ]
        nghttp2_submit_settings(session, Self.noFlags, &settings, settings.count)
        nghttp2_session_set_local_window_size(session, Self.noFlags, 0, Int32(Self.connectionWindow))
    }

    deinit { nghttp2_session_del(session) }

    private static var noFlags: UInt8 { UInt8(NGHTTP2_FLAG_NONE.rawValue) }
    private static var outOfMemory: LoadProblem { LoadProblem(.refused, "there is no memory left for HTTP/2") }

    private static func failure(_ code: Int) -> LoadProblem {
        LoadProblem(.refused, "HTTP/2 failed: \(String(cString: nghttp2_strerror(Int32(code))))")
    }
}

// MARK: Bytes

extension HTTP2ClientSession {
    /// - Throws: When the server does not speak HTTP/2.
    func receive(_ bytes: UnsafeRawBufferPointer) throws(LoadProblem) {
        guard let start = bytes.baseAddress else { return }
        let count = nghttp2_session_mem_recv(session, start.assumingMemoryBound(to: UInt8.self), bytes.count)
        if count < 0 { throw Self.failure(count) }
    }

    /// Appends everything that is to be sent.
    func send(into buffer: inout ByteBuffer) throws(LoadProblem) {
        while true {
            var data: UnsafePointer<UInt8>?
            let count = nghttp2_session_mem_send(session, &data)
            guard count >= 0 else { throw Self.failure(count) }
            guard count > 0, let data else { return }
            buffer.writeBytes(UnsafeRawBufferPointer(start: data, count: count))
        }
    }
}

// MARK: Requests

extension HTTP2ClientSession {
    /// Opens a stream.
    /// - Parameters:
    ///   - tag: Of no other stream that is open.
    ///   - body: Fills what is sent, all of it; it is given what was sent before under this tag, emptied.
    func request(
        _ tag: Int, _ head: RequestHead, path: Int, authorization: FixedBytes, body: (inout [UInt8]) -> Void
    ) throws(LoadProblem) {
        while bodies.count <= tag { bodies.append([]) }
        bodies[tag].removeAll(keepingCapacity: true)
        body(&bodies[tag])
        var provider = nghttp2_data_provider(
            source: nghttp2_data_source(fd: Int32(tag)),
            read_callback: { _, _, buffer, length, flags, source, user in
                let failed = Int(NGHTTP2_ERR_CALLBACK_FAILURE.rawValue)
                guard let source, let buffer else { return failed }
                let tag = Int(source.pointee.fd)
                return HTTP2ClientSession.of(user) { $0.produce(tag, buffer, length, flags) } ?? failed
            })
        let stream = head.with(path: path, authorization: authorization) { headers, count in
            // 0 stands for no data, so tags go one higher.
            nghttp2_submit_request(
                session, nil, headers, count, &provider, UnsafeMutableRawPointer(bitPattern: tag + 1))
        }
        guard stream > 0 else { throw Self.failure(Int(stream)) }
    }

    private func produce(
        _ tag: Int, _ buffer: UnsafeMutablePointer<UInt8>, _ length: Int, _ flags: UnsafeMutablePointer<UInt32>?
    ) -> Int {
        let body = bodies[tag]
        // Requests are shorter than any frame, so one takes all of it.
        guard body.count <= length else { return Int(NGHTTP2_ERR_CALLBACK_FAILURE.rawValue) }
        body.withUnsafeBufferPointer { bytes in
            if let start = bytes.baseAddress { buffer.update(from: start, count: bytes.count) }
        }
        flags?.pointee = NGHTTP2_DATA_FLAG_EOF.rawValue
        return body.count
    }
}

// MARK: Callbacks

extension HTTP2ClientSession {
    /// Lends the session that a callback is for.
    @discardableResult
    private static func of<R>(_ user: UnsafeMutableRawPointer?, _ body: (HTTP2ClientSession) -> R) -> R? {
        user.map { Unmanaged<HTTP2ClientSession>.fromOpaque($0)._withUnsafeGuaranteedRef(body) }
    }

    /// The tag of a stream; nil when we did not open it.
    private func tag(_ stream: Int32) -> Int? {
        nghttp2_session_get_stream_user_data(session, stream).map { Int(bitPattern: $0) - 1 }
    }

    private static func set(_ callbacks: OpaquePointer?) {
        nghttp2_session_callbacks_set_on_header_callback(callbacks) {
            _, frame, name, nameCount, value, valueCount, _, user in
            let name = UnsafeRawBufferPointer(start: name, count: nameCount)
            let value = UnsafeRawBufferPointer(start: value, count: valueCount)
            guard let header = AnswerHeader(name: name, value: value), let frame else { return 0 }
            HTTP2ClientSession.of(user) { session in
                guard let tag = session.tag(frame.pointee.hd.stream_id) else { return }
                session.delegate.headerReceived(tag, header, value: value)
            }
            return 0
        }
        nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks) { _, _, stream, data, count, user in
            HTTP2ClientSession.of(user) { session in
                guard let tag = session.tag(stream) else { return }
                session.delegate.dataReceived(tag, UnsafeRawBufferPointer(start: data, count: count))
            }
            return 0
        }
        nghttp2_session_callbacks_set_on_stream_close_callback(callbacks) { _, stream, code, user in
            HTTP2ClientSession.of(user) { session in
                guard let tag = session.tag(stream) else { return }
                session.delegate.streamClosed(tag, errorCode: code)
            }
            return 0
        }
        nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks) { _, frame, user in
            if let frame { HTTP2ClientSession.of(user) { $0.received(frame.pointee) } }
            return 0
        }
    }

    private func received(_ frame: nghttp2_frame) {
        switch UInt32(frame.hd.type) {
        case NGHTTP2_SETTINGS.rawValue where frame.hd.flags & UInt8(NGHTTP2_FLAG_ACK.rawValue) == 0:
            let streams = nghttp2_session_get_remote_settings(session, NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS)
            delegate.settingsReceived(concurrentStreams: Int(streams))
        case NGHTTP2_GOAWAY.rawValue:
            let goAway = frame.goaway
            delegate.goAwayReceived(
                errorCode: goAway.error_code,
                debugData: UnsafeRawBufferPointer(start: goAway.opaque_data, count: goAway.opaque_data_len))
        default: break
        }
    }
}
