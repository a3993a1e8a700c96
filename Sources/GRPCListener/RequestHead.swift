internal import AgentdCore
internal import FoundationEssentials
internal import Listening
internal import Messages
internal import Services

/// The head of a gRPC request, header by header as HTTP/2 brings it. Confined to its connection's event loop.
final class RequestHead {
    /// What a request is answered that is not gRPC at all (RFC 9110, 15).
    enum HTTPStatus: String {
        case methodNotAllowed = "405"
        case unsupportedMediaType = "415"
    }

    /// How its messages may be compressed.
    enum Encoding {
        case identity
        case gzip
        case unknown
    }

    private enum Timeout {
        case none
        case nanoseconds(UInt64)
        case invalid
    }

    /// What each header costs besides name and value, as HTTP/2 counts them (RFC 9113, 6.5.2).
    private static let overheadBytes = 32
    /// What a head may take besides its metadata: pseudo headers and those of gRPC.
    static let reservedBytes = 4 * 1_024
    /// More than the few frames that libnghttp2 takes for a head can carry: a byte of HPACK stands for many then.
    private static let outrageousBytes = 256 * 1_024
    /// Metadata of this ending is bytes in base64.
    private static let binarySuffix: StaticString = "-bin"

    private(set) var path = ""
    /// What is probably called: neither the text of its path need be made again, nor need it be looked for.
    private let likely: CallMethod?
    /// What is called, when it is what was likely.
    private(set) var method: CallMethod?
    private var isPost = false
    private var isGRPC = false
    private var timeout = Timeout.none
    private(set) var encoding = Encoding.identity
    private(set) var acceptsGzip = false
    /// Metadata: all that neither HTTP nor gRPC has reserved.
    private(set) var headers: [Header] = []
    private var metadataBytes = 0
    private var allBytes = 0
    /// Of metadata whose value should be base64 and is not.
    private var invalidKey: String?

    private let limit: Int

    /// - Parameters:
    ///   - limit: Bytes that its metadata may take: keys, values and 32 for each.
    ///   - likely: What the client has called before; nil for nothing.
    init(limit: Int, likely: CallMethod?) {
        self.limit = limit
        self.likely = likely
    }

    var timeoutNanoseconds: UInt64? {
        if case .nanoseconds(let value) = timeout { value } else { nil }
    }

    /// Its metadata as the calls' handlers know it.
    var callHeaders: CallHeaders { CallHeaders(HeaderList(headers)) }

    /// So far beyond its limit that it is not even read to its end for an answer.
    var isOutrageous: Bool { allBytes > max(Self.outrageousBytes, 2 * (limit + Self.reservedBytes)) }

    /// Bytes of memory that it takes.
    var keptBytes: Int { path.utf8.count + min(metadataBytes, limit) }

    private var isTooLarge: Bool { metadataBytes > limit || allBytes > limit + Self.reservedBytes }

    func add(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
        allBytes += name.count + value.count + Self.overheadBytes
        // What is refused anyhow is not kept.
        guard !isTooLarge, let first = name.first else { return }
        switch first {
        case UInt8(ascii: ":"): addPseudo(name, value)
        case UInt8(ascii: "g") where name.begins(with: "grpc-"): addReserved(name, value)
        case UInt8(ascii: "c") where name.equals("content-type"): isGRPC = Self.isGRPC(value)
        case UInt8(ascii: "t") where name.equals("te"): break
        case UInt8(ascii: "u") where name.equals("user-agent"): break
        default: addMetadata(name, value)
        }
    }

    private func addPseudo(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
        if name.equals(":path") {
            method = likely.flatMap { $0.hasPath(value) ? $0 : nil }
            path = method?.path ?? String(decoding: value, as: UTF8.self)
        } else if name.equals(":method") {
            isPost = value.equals("POST")
        }
    }

    private func addReserved(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
        if name.equals("grpc-timeout") {
            timeout = GRPCTimeout.nanoseconds(value).map { .nanoseconds($0) } ?? .invalid
        } else if name.equals("grpc-encoding") {
            encoding = value.equals("identity") ? .identity : value.equals("gzip") ? .gzip : .unknown
        } else if name.equals("grpc-accept-encoding") {
            acceptsGzip = value.split(separator: UInt8(ascii: ",")).contains { item in
                UnsafeRawBufferPointer(rebasing: item).trimmed.equals("gzip")
            }
        }
    }

    private func addMetadata(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
        metadataBytes += name.count + value.count + Self.overheadBytes
        guard !isTooLarge else { return }
        let key = String(decoding: name, as: UTF8.self)
        guard name.ends(with: Self.binarySuffix) else {
            return headers.append(Header(key: key, value: Array(value)))
        }
        // Several values of one key may come joined with commas; each costs what a header of its own would.
        for part in value.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
            if part.startIndex > value.startIndex { metadataBytes += name.count + Self.overheadBytes }
            guard !isTooLarge else { return }
            guard let bytes = Self.base64(UnsafeRawBufferPointer(rebasing: part).trimmed) else {
                invalidKey = invalidKey ?? key
                return
            }
            headers.append(Header(key: key, value: bytes))
        }
    }

    /// `application/grpc`, also with the message format that we have anyway, or with parameters.
    private static func isGRPC(_ value: UnsafeRawBufferPointer) -> Bool {
        let format: StaticString = "application/grpc"
        guard value.begins(with: format) else {
            // Media types know no case (RFC 9110, 8.3.1); nearly everybody writes this one in small letters.
            guard value.first == UInt8(ascii: "A") || value.contains(UInt8(ascii: "G")) else { return false }
            return Array(value.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }).withUnsafeBytes(isGRPC)
        }
        let rest = UnsafeRawBufferPointer(rebasing: value[format.utf8CodeUnitCount...])
        return rest.isEmpty || rest.first == UInt8(ascii: ";") || rest.equals("+proto") || rest.begins(with: "+proto;")
    }

    /// With or without padding.
    private static func base64(_ text: UnsafeRawBufferPointer) -> [UInt8]? {
        let padding = String(repeating: "=", count: (4 - text.count % 4) % 4)
        return Data(base64Encoded: String(decoding: text, as: UTF8.self) + padding).map { Array($0) }
    }
}

// MARK: The verdict

extension RequestHead {
    /// Why it is no gRPC request; nil when it is one.
    var httpStatus: HTTPStatus? {
        if !isPost { return .methodNotAllowed }
        return isGRPC ? nil : .unsupportedMediaType
    }

    /// Finds what is wrong with a gRPC request before anything of its message has come.
    func check() throws(ServiceError) {
        if isTooLarge { throw .headersTooLarge(limit: limit) }
        guard headers.keysAreValid else { throw .headerKeysInvalid }
        if let invalidKey {
            throw ServiceError(
                .headerInvalid,
                "The value of \(invalidKey) is not base64, as that of a key that ends in -bin has to be.")
        }
        if case .invalid = timeout {
            throw ServiceError(
                .headerInvalid, "grpc-timeout is not one to eight digits and one of the units H, M, S, m, u and n.")
        }
        if encoding == .unknown {
            throw ServiceError(
                .encodingUnsupported, "Messages are taken as they are or in gzip: set grpc-encoding accordingly.")
        }
    }
}

extension UnsafeRawBufferPointer {
    fileprivate func begins(with text: StaticString) -> Bool {
        count >= text.utf8CodeUnitCount
            && UnsafeRawBufferPointer(rebasing: self[..<text.utf8CodeUnitCount]).equals(text)
    }

    fileprivate func ends(with text: StaticString) -> Bool {
        count >= text.utf8CodeUnitCount
            && UnsafeRawBufferPointer(rebasing: self[(count - text.utf8CodeUnitCount)...]).equals(text)
    }

    /// Without spaces at both ends.
    fileprivate var trimmed: UnsafeRawBufferPointer {
        let space = UInt8(ascii: " ")
        let start = firstIndex { $0 != space } ?? endIndex
        let end = lastIndex { $0 != space }.map { $0 + 1 } ?? start
        return UnsafeRawBufferPointer(rebasing: self[start..<end])
    }
}
