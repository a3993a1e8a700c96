internal import AgentdCore

/// The token of a call, out of its header `authorization: Bearer <token>`.
struct BearerToken {
    /// Longer than any token of ours or of a sane issuer; hashing more would be a gift to an attacker.
    static let maximumBytes = 4_096
    private static let scheme: StaticString = "bearer"

    let bytes: [UInt8]
    let digest: TokenDigest

    /// - Throws: `TOKEN_MISSING` or `TOKEN_INVALID`.
    init(of call: InboundCall) throws(ServiceError) {
        guard let authorization = call.header("authorization") else { throw .tokenMissing }
        try self.init(authorization: authorization)
    }

    /// Reads the value of the header.
    init(authorization: [UInt8]) throws(ServiceError) {
        let token = authorization.withUnsafeBytes { value in
            Self.token(in: value).map { (bytes: Array($0), digest: TokenDigest(of: $0)) }
        }
        guard let token else { throw .tokenInvalid }
        (bytes, digest) = token
    }

    /// The digest of a call's token; nil when it has none that could be one.
    static func digest(in headers: CallHeaders) -> TokenDigest? {
        headers.withValue(of: "authorization") { value in token(in: value).map { TokenDigest(of: $0) } } ?? nil
    }

    /// The case of `Bearer` does not matter (RFC 9110, section 11.1).
    private static func token(in authorization: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        let end = scheme.utf8CodeUnitCount
        guard authorization.count > end, authorization[end] == UInt8(ascii: " "),
            (0..<end).allSatisfy({ authorization[$0] | 0x20 == scheme.utf8Start[$0] })
        else { return nil }
        var start = end
        while start < authorization.count, authorization[start] == UInt8(ascii: " ") { start += 1 }
        let token = UnsafeRawBufferPointer(rebasing: authorization[start...])
        return (1...maximumBytes).contains(token.count) ? token : nil
    }
}
