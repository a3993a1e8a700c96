/// Blots out what looks like a secret: API keys, signed tokens, the values of `authorization` headers, private keys and
/// the passwords of connection strings. Nothing logs one on purpose; this is for what gets into a message by accident,
/// such as the text of an error of a library.
enum Redaction {
    static func applied(to text: String) -> String {
        var text = text
        return text.withUTF8 { bytes in redacted(bytes) } ?? text
    }

    /// Nil when there is nothing to blot out, as nearly always.
    private static func redacted(_ bytes: UnsafeBufferPointer<UInt8>) -> String? {
        var kept: [UInt8] = []
        var position = 0
        var copied = 0
        while position < bytes.count {
            guard let secret = secret(at: position, in: bytes), !secret.isEmpty else {
                position += 1
                continue
            }
            kept += bytes[copied..<secret.lowerBound]
            kept += "...".utf8
            position = secret.upperBound
            copied = position
        }
        guard !kept.isEmpty else { return nil }
        kept += bytes[copied...]
        return String(decoding: kept, as: UTF8.self)
    }

    /// The secret whose mark begins here; the mark itself is shown.
    private static func secret(at start: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Range<Int>? {
        switch bytes[start] {
        case UInt8(ascii: "a"): apiKey(at: start, in: bytes)
        case UInt8(ascii: "e"): signedToken(at: start, in: bytes)
        case UInt8(ascii: "b"), UInt8(ascii: "B"): credentials(at: start, in: bytes, scheme: "bearer ")
        case UInt8(ascii: "-"): privateKey(at: start, in: bytes)
        case UInt8(ascii: ":"): passwordInURL(at: start, in: bytes)
        case UInt8(ascii: "p"), UInt8(ascii: "P"): passwordOfKeyword(at: start, in: bytes)
        default: nil
        }
    }
}

// MARK: Kinds of secrets

extension Redaction {
    private typealias Bytes = UnsafeBufferPointer<UInt8>

    /// A signed token is longer, and a word of a sentence is not.
    private static let shortestToken = 16
    /// What follows `Bearer` in a sentence is shorter, or is written with other characters.
    private static let shortestCredentials = 8

    /// `agd_<key id>_<secret>`.
    private static func apiKey(at start: Int, in bytes: Bytes) -> Range<Int>? {
        guard let end = end(of: "agd_", at: start, in: bytes) else { return nil }
        return end..<end + run(from: end, in: bytes) { isHexadecimal($0) || $0 == UInt8(ascii: "_") }
    }

    /// A JSON Web Token: its header is an object in base64url, which begins with these letters.
    private static func signedToken(at start: Int, in bytes: Bytes) -> Range<Int>? {
        guard let end = end(of: "eyj", at: start, in: bytes), start == 0 || !isBase64URL(bytes[start - 1]) else {
            return nil
        }
        let length = run(from: end, in: bytes, isTokenByte)
        return length < shortestToken ? nil : end..<end + length
    }

    private static func credentials(at start: Int, in bytes: Bytes, scheme: StaticString) -> Range<Int>? {
        guard let end = end(of: scheme, at: start, in: bytes) else { return nil }
        let length = run(from: end, in: bytes, isTokenByte)
        return length < shortestCredentials ? nil : end..<end + length
    }

    /// `-----BEGIN PRIVATE KEY-----`, with or without the kind of key, up to its end. A certificate may be shown.
    private static func privateKey(at start: Int, in bytes: Bytes) -> Range<Int>? {
        guard let end = end(of: "-----begin ", at: start, in: bytes) else { return nil }
        let kind = run(from: end, in: bytes) { $0 != UInt8(ascii: "-") }
        let label = Bytes(rebasing: bytes[end..<end + kind])
        guard kind >= 11, self.end(of: "private key", at: kind - 11, in: label) == kind else { return nil }
        let secret = min(bytes.count, end + kind + 5)
        let next = (secret..<bytes.count).first { self.end(of: "-----end ", at: $0, in: bytes) != nil }
        return secret..<(next ?? bytes.count)
    }

    /// `scheme://user:password@host`.
    private static func passwordInURL(at start: Int, in bytes: Bytes) -> Range<Int>? {
        guard let end = end(of: "://", at: start, in: bytes) else { return nil }
        let user = end + run(from: end, in: bytes) { isURLByte($0) && $0 != UInt8(ascii: ":") }
        guard user < bytes.count, bytes[user] == UInt8(ascii: ":") else { return nil }
        let password = user + 1
        let length = run(from: password, in: bytes, isURLByte)
        guard password + length < bytes.count, bytes[password + length] == UInt8(ascii: "@") else { return nil }
        return password..<password + length
    }

    /// `password=...` and `sslpassword='...'`, as in the other form of connection strings and in URLs.
    private static func passwordOfKeyword(at start: Int, in bytes: Bytes) -> Range<Int>? {
        guard let keyword = end(of: "password", at: start, in: bytes) else { return nil }
        let equals = keyword + run(from: keyword, in: bytes) { $0 == UInt8(ascii: " ") }
        guard equals < bytes.count, bytes[equals] == UInt8(ascii: "=") else { return nil }
        let value = equals + 1 + run(from: equals + 1, in: bytes) { $0 == UInt8(ascii: " ") }
        guard value < bytes.count else { return nil }
        guard bytes[value] == UInt8(ascii: "'") else {
            return value..<value
                + run(from: value, in: bytes) { $0 > 0x20 && $0 != UInt8(ascii: "&") && $0 != UInt8(ascii: "\"") }
        }
        var end = value + 1
        while end < bytes.count, bytes[end] != UInt8(ascii: "'") { end += bytes[end] == UInt8(ascii: "\\") ? 2 : 1 }
        return value + 1..<min(end, bytes.count)
    }
}

// MARK: Bytes

extension Redaction {
    /// Where a mark that begins here ends; nil when it is not there. Letters match in either case.
    private static func end(of mark: StaticString, at start: Int, in bytes: Bytes) -> Int? {
        let length = mark.utf8CodeUnitCount
        guard bytes.count - start >= length else { return nil }
        for index in 0..<length {
            let byte = bytes[start + index]
            let small = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
            guard small == mark.utf8Start[index] else { return nil }
        }
        return start + length
    }

    private static func run(from start: Int, in bytes: Bytes, _ belongs: (UInt8) -> Bool) -> Int {
        (bytes[start...].firstIndex { !belongs($0) } ?? bytes.count) - start
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool { Character(Unicode.Scalar(byte)).isHexDigit }

    private static func isBase64URL(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    /// RFC 6750, section 2.1.
    private static func isTokenByte(_ byte: UInt8) -> Bool { isBase64URL(byte) || ".~+/=".utf8.contains(byte) }

    private static func isURLByte(_ byte: UInt8) -> Bool {
        byte > 0x20 && byte != UInt8(ascii: "@") && byte != UInt8(ascii: "/") && byte != UInt8(ascii: "\"")
    }
}
