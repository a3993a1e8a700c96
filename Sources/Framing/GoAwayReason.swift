/// Why the server ends a connection: `GoAway.reason`, a closed vocabulary that PROTOCOL.md explains.
package enum GoAwayReason: String, Sendable, CaseIterable {
    case compressionUnsupported = "COMPRESSION_UNSUPPORTED"
    case frameFlagsInvalid = "FRAME_FLAGS_INVALID"
    case frameTooLarge = "FRAME_TOO_LARGE"
    case frameMalformed = "FRAME_MALFORMED"
    case frameUnknown = "FRAME_UNKNOWN"
    case helloNotFirst = "HELLO_NOT_FIRST"
    case versionUnsupported = "VERSION_UNSUPPORTED"
    case headersTooLarge = "HEADERS_TOO_LARGE"
    case headerInvalid = "HEADER_INVALID"
    case requestIDZero = "REQUEST_ID_ZERO"
    case requestIDDuplicate = "REQUEST_ID_DUPLICATE"
    case firstFrameTimeout = "FIRST_FRAME_TIMEOUT"
    case frameTimeout = "FRAME_TIMEOUT"
    case idle = "IDLE"
    case connectionLimit = "CONNECTION_LIMIT"
    case draining = "DRAINING"
}
