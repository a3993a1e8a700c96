internal import Framing
internal import Listening

extension GoAwayReason {
    /// What the client is to blame for; nil when that is nothing, or was counted when it was accepted.
    var refusal: ConnectionRefusal? {
        switch self {
        case .idle, .draining, .connectionLimit: nil
        case .firstFrameTimeout: .firstFrameTimeout
        case .frameTimeout: .frameTimeout
        case .flood: .flood
        case .compressionUnsupported, .frameFlagsInvalid, .frameTooLarge, .frameMalformed, .frameUnknown,
            .helloNotFirst, .versionUnsupported, .headersTooLarge, .headerInvalid, .requestIDZero, .requestIDDuplicate:
            .protocolError
        }
    }
}
