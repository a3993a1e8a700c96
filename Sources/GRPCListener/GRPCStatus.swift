internal import AgentdCore
internal import FoundationEssentials
internal import Messages

/// How a call ended, as gRPC's trailers say it.
enum GRPCStatus {
    /// The most bytes of `grpc-status-details-bin` in base64: clients refuse heads of more than 8 KiB.
    private static let maximumDetailBytes = 5 * 1_024
    /// The most bytes of `grpc-message`, before it is encoded.
    private static let maximumMessageBytes = 1_024

    /// The trailers of a call that succeeded, when its service adds none.
    static let success: HeaderBlock = {
        var block = HeaderBlock()
        block.add("grpc-status", "0")
        return block
    }()

    /// - Parameters:
    ///   - known: Details that were encoded before.
    ///   - arena: Where the others are built.
    static func add(
        _ error: ServiceError, to block: inout HeaderBlock, known: EncodedErrors<String>, arena: Arena
    ) {
        block.add("grpc-status", String(error.code.rawValue))
        block.add("grpc-message", percentEncoded(error.message), isIndexed: false)
        block.add("grpc-status-details-bin", known.of(error) { details(of: $0, arena: arena) }, isIndexed: false)
    }

    /// `google.rpc.Status` in base64. Where it would be too much for a head, it has only the first of many violations.
    static func details(of error: ServiceError, arena: Arena) -> String {
        let whole = base64(EncodedMessage(StatusDetails(error), arena: arena))
        guard whole.utf8.count > maximumDetailBytes else { return whole }
        let violations =
            error.details.lazy.compactMap { detail -> [FieldViolation]? in
                if case .badRequest(let violations) = detail { violations } else { nil }
            }.first ?? []
        let message = shortened(error.message)
        let kept = violations.prefix(violations.count / 2)
        let details: [ErrorDetail] = kept.isEmpty ? [] : [.badRequest(Array(kept))]
        return self.details(of: ServiceError(error.reason, message, details: details), arena: arena)
    }

    /// Without padding, as gRPC prefers it.
    private static func base64(_ message: EncodedMessage) -> String {
        let text = Data(message.bytes).base64EncodedString()
        return String(text.prefix { $0 != "=" })
    }

    private static func shortened(_ text: String) -> String {
        guard text.utf8.count > maximumMessageBytes else { return text }
        var short = text
        while short.utf8.count > maximumMessageBytes { short.removeLast(max(1, short.count / 4)) }
        return short + "..."
    }

    /// Everything but printable ASCII, and the percent sign, as `%` and two digits.
    static func percentEncoded(_ text: String) -> String {
        let text = shortened(text)
        guard text.utf8.contains(where: isEncoded) else { return text }
        var result: [UInt8] = []
        let digits = Array("0123456789ABCDEF".utf8)
        for byte in text.utf8 {
            if isEncoded(byte) {
                result += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 0xF)]]
            } else {
                result.append(byte)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func isEncoded(_ byte: UInt8) -> Bool {
        !(0x20...0x7E).contains(byte) || byte == UInt8(ascii: "%")
    }
}
