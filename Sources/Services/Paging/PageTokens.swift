internal import AgentdCore
internal import Crypto
internal import Storage

/// Makes and reads page tokens: where the next page begins, for this caller and this query alone.
///
/// A token is base64url of: a version, the values of the last object that the list is ordered by, each with its kind
/// and its length, and an HMAC-SHA256 over all of it and over what the token is good for. It authorises nothing:
/// whoever presents it sees what the query shows anyway.
package struct PageTokens: Sendable {
    private static let version: UInt8 = 3
    /// 128 bits of HMAC-SHA256: guessing one is out of reach.
    private static let codeBytes = 16
    /// An agent's name of 255 characters with four bytes each fits, with all the rest.
    private static let maximumTextBytes = 2_048

    /// Most tokens take less, also with what they are good for.
    private static let usualBytes = 256

    private enum Kind: UInt8 {
        case number = 1
        case text = 2
        case time = 3
    }

    /// Has taken its key, and is copied for each token.
    private let authentication: HMAC<SHA256>

    /// - Parameter key: 32 random bytes; the same on every replica, or a page asked from another one is refused.
    package init(key: [UInt8]) {
        precondition(key.count >= 32, "The key of page tokens has less than 256 bits.")
        authentication = HMAC(key: SymmetricKey(data: key))
    }

    func text(of cursor: PageCursor, for binding: PageBinding) -> String {
        var token = [Self.version]
        token.reserveCapacity(Self.usualBytes)
        for part in cursor.parts {
            let (kind, value) = Self.bytes(of: part)
            token.append(kind.rawValue)
            token += Self.bytes(UInt16(value.count))
            token += value
        }
        return Base64URL.text(token + code(of: token, for: binding))
    }

    /// - Throws: `PAGE_TOKEN_INVALID` for a token that was altered, or that was made for another caller or query.
    func cursor(_ text: String, for binding: PageBinding) throws(ServiceError) -> PageCursor {
        guard text.utf8.count <= Self.maximumTextBytes, let bytes = Base64URL.bytes(text.utf8),
            bytes.count > Self.codeBytes
        else { throw .pageTokenInvalid }
        let token = Array(bytes.dropLast(Self.codeBytes))
        guard equalInConstantTime(code(of: token, for: binding), Array(bytes.suffix(Self.codeBytes))),
            token[0] == Self.version, let parts = Self.parts(token[1...])
        else { throw .pageTokenInvalid }
        return PageCursor(parts: parts)
    }

    private static func bytes(of part: PageCursor.Part) -> (Kind, [UInt8]) {
        switch part {
        case .number(let number): (.number, bytes(UInt64(bitPattern: number)))
        case .text(let text): (.text, Array(text.utf8))
        case .time(let time): (.time, bytes(UInt64(bitPattern: time.microseconds)))
        }
    }

    private static func parts(_ token: ArraySlice<UInt8>) -> [PageCursor.Part]? {
        var parts: [PageCursor.Part] = []
        var rest = token
        while let first = rest.popFirst() {
            guard let kind = Kind(rawValue: first), rest.count >= 2 else { return nil }
            let length = Int(number(rest.prefix(2)))
            rest = rest.dropFirst(2)
            guard rest.count >= length, let part = part(kind, rest.prefix(length)) else { return nil }
            parts.append(part)
            rest = rest.dropFirst(length)
        }
        return parts
    }

    private static func part(_ kind: Kind, _ bytes: ArraySlice<UInt8>) -> PageCursor.Part? {
        switch kind {
        case .number: bytes.count == 8 ? .number(number(bytes)) : nil
        case .text: String(validating: bytes, as: UTF8.self).map { .text($0) }
        case .time: bytes.count == 8 ? .time(Timestamp(microseconds: number(bytes))) : nil
        }
    }

    private func code(of token: [UInt8], for binding: PageBinding) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.usualBytes)
        bytes += token
        // Where the token ends is part of it.
        bytes += Self.bytes(UInt64(token.count))
        binding.write(to: &bytes)
        var authentication = authentication
        authentication.update(data: bytes)
        return authentication.finalize().withUnsafeBytes { Array($0.prefix(Self.codeBytes)) }
    }

    private static func bytes(_ number: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: number.bigEndian) { Array($0) }
    }

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
