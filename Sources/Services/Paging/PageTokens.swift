internal import AgentdCore
internal import Crypto
internal import Storage

/// Makes and reads page tokens: where the next page begins, for this caller and this query alone.
///
/// A token is base64url of: a version, the kind of the value that the list is ordered by, the id of the last agent,
/// that value, and an HMAC-SHA256 over all of it and over what the token is good for. It authorises nothing: whoever
/// presents it sees what the query shows anyway.
package struct PageTokens: Sendable {
    private static let version: UInt8 = 1
    private static let headBytes = 10
    /// 128 bits of HMAC-SHA256: guessing one is out of reach.
    private static let codeBytes = 16
    /// An agent's name of 255 characters with four bytes each fits, with all the rest.
    private static let maximumTextBytes = 2_048

    private let key: SymmetricKey

    /// - Parameter key: 32 random bytes; the same on every replica, or a page asked from another one is refused.
    package init(key: [UInt8]) {
        precondition(key.count >= 32, "The key of page tokens has less than 256 bits.")
        self.key = SymmetricKey(data: key)
    }

    func text(of cursor: AgentQuery.Cursor, for binding: PageBinding) -> String {
        var token = [Self.version, 0]
        token += Self.bytes(UInt64(bitPattern: cursor.id))
        switch cursor.value {
        case .none:
            break
        case .text(let text):
            token[1] = 1
            token += text.utf8
        case .time(let time):
            token[1] = 2
            token += Self.bytes(UInt64(bitPattern: time.microseconds))
        }
        return Base64URL.text(token + code(of: token, for: binding))
    }

    /// - Throws: `PAGE_TOKEN_INVALID` for a token that was altered, or that was made for another caller or query.
    func cursor(_ text: String, for binding: PageBinding) throws(ServiceError) -> AgentQuery.Cursor {
        guard text.utf8.count <= Self.maximumTextBytes, let bytes = Base64URL.bytes(text.utf8),
            bytes.count >= Self.headBytes + Self.codeBytes
        else { throw .pageTokenInvalid }
        let token = Array(bytes.dropLast(Self.codeBytes))
        guard equalInConstantTime(code(of: token, for: binding), Array(bytes.suffix(Self.codeBytes))),
            token[0] == Self.version, let value = Self.value(kind: token[1], token[Self.headBytes...])
        else { throw .pageTokenInvalid }
        return AgentQuery.Cursor(id: Self.number(token[2..<Self.headBytes]), value: value)
    }

    private static func value(kind: UInt8, _ bytes: ArraySlice<UInt8>) -> AgentQuery.Cursor.Value? {
        switch kind {
        case 0: bytes.isEmpty ? AgentQuery.Cursor.Value.none : nil
        case 1: String(validating: bytes, as: UTF8.self).map { .text($0) }
        case 2: bytes.count == 8 ? .time(Timestamp(microseconds: number(bytes))) : nil
        default: nil
        }
    }

    private func code(of token: [UInt8], for binding: PageBinding) -> [UInt8] {
        var code = HMAC<SHA256>(key: key)
        code.update(data: token)
        code.update(data: binding.digest)
        return Array(code.finalize().prefix(Self.codeBytes))
    }

    private static func bytes(_ number: UInt64) -> [UInt8] { withUnsafeBytes(of: number.bigEndian) { Array($0) } }

    private static func number(_ bytes: ArraySlice<UInt8>) -> Int64 {
        Int64(bitPattern: bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    }
}

extension ServiceError {
    fileprivate static let pageTokenInvalid = ServiceError(
        .pageTokenInvalid,
        "The page token does not belong to this request: it was altered, or the filter, the order or the caller is "
            + "another. Begin again without a page token.")
}
