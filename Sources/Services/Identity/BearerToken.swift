internal import AgentdCore

/// The token of a call, out of its header `authorization: Bearer <token>`.
struct BearerToken {
    /// Longer than any token of ours or of a sane issuer; hashing more would be a gift to an attacker.
    static let maximumBytes = 4_096
    private static let scheme = Array("bearer".utf8)

    let bytes: [UInt8]

    /// - Throws: `TOKEN_MISSING` or `TOKEN_INVALID`.
    init(of call: InboundCall) throws(ServiceError) {
        guard let authorization = call.header("authorization") else { throw .tokenMissing }
        try self.init(authorization: authorization)
    }

    /// Reads the value of the header. The case of `Bearer` does not matter (RFC 9110, section 11.1).
    init(authorization: [UInt8]) throws(ServiceError) {
        let end = Self.scheme.count
        guard authorization.count > end, authorization[end] == UInt8(ascii: " "),
            zip(authorization, Self.scheme).allSatisfy({ $0 | 0x20 == $1 })
        else { throw .tokenInvalid }
        let token = authorization[end...].drop { $0 == UInt8(ascii: " ") }
        guard (1...Self.maximumBytes).contains(token.count) else { throw .tokenInvalid }
        bytes = Array(token)
    }
}
