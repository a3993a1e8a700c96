internal import CNGHTTP2

/// Bytes that stay where they are, so that libnghttp2 need not copy them.
final class FixedBytes {
    let bytes: UnsafeMutableBufferPointer<UInt8>

    init(_ text: String) {
        bytes = .allocate(capacity: text.utf8.count)
        _ = bytes.initialize(from: text.utf8)
    }

    deinit { bytes.deallocate() }
}

/// The headers of a request, of which all but the path and the authorization are always the same.
final class RequestHead {
    private let texts: [FixedBytes]
    private let paths: [FixedBytes]
    private let headers: UnsafeMutableBufferPointer<nghttp2_nv>
    private static let pathIndex = 0
    private static let authorizationIndex = 4

    init(paths: [String], scheme: String, authority: String) {
        self.paths = paths.map(FixedBytes.init)
        let pairs = [
            (":path", ""), (":method", "POST"), (":scheme", scheme), (":authority", authority), ("authorization", ""),
            ("te", "trailers"), ("content-type", "application/grpc"), ("user-agent", "agentload"),
        ]
        texts = pairs.flatMap { [FixedBytes($0.0), FixedBytes($0.1)] }
        headers = .allocate(capacity: pairs.count)
        let flags = UInt8(NGHTTP2_NV_FLAG_NO_COPY_NAME.rawValue | NGHTTP2_NV_FLAG_NO_COPY_VALUE.rawValue)
        for index in pairs.indices {
            let (name, value) = (texts[2 * index].bytes, texts[2 * index + 1].bytes)
            headers.initializeElement(
                at: index,
                to: nghttp2_nv(
                    name: name.baseAddress, value: value.baseAddress, namelen: name.count, valuelen: value.count,
                    flags: flags))
        }
    }

    deinit { headers.deallocate() }

    func with<R>(
        path: Int, authorization: FixedBytes, _ body: (UnsafePointer<nghttp2_nv>?, Int) -> R
    ) -> R {
        let path = paths[path].bytes
        headers[Self.pathIndex].value = path.baseAddress
        headers[Self.pathIndex].valuelen = path.count
        headers[Self.authorizationIndex].value = authorization.bytes.baseAddress
        headers[Self.authorizationIndex].valuelen = authorization.bytes.count
        return body(UnsafePointer(headers.baseAddress), headers.count)
    }
}
