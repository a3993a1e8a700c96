/// The first form of a connection string, cut where libpq cuts it:
/// `postgresql://[user[:password]@][hosts][/database][?keyword=value[&...]]`.
struct ConnectionURL: Sendable, Equatable {
    private let scheme: String
    /// As written, percent-encoded.
    private var encodedUser: String?
    private var encodedPassword: String?
    /// Hosts and database.
    private let location: String
    private var parameters: [(keyword: String, value: String)]

    static func == (left: ConnectionURL, right: ConnectionURL) -> Bool { left.text == right.text }

    /// Nil when it does not begin as a URL of PostgreSQL.
    init?(_ text: String) {
        guard let scheme = ["postgresql://", "postgres://"].first(where: text.hasPrefix) else { return nil }
        self.scheme = scheme
        var rest = text.dropFirst(scheme.count)
        let end = rest.firstIndex { $0 == "@" || $0 == "/" } ?? rest.endIndex
        if end < rest.endIndex, rest[end] == "@" {
            let credentials = rest[..<end]
            let colon = credentials.firstIndex(of: ":") ?? credentials.endIndex
            encodedUser = String(credentials[..<colon])
            if colon < credentials.endIndex {
                encodedPassword = String(credentials[credentials.index(after: colon)...])
            }
            rest = rest[rest.index(after: end)...]
        }
        let query = rest.firstIndex(of: "?") ?? rest.endIndex
        location = String(rest[..<query])
        parameters = []
        guard query < rest.endIndex else { return }
        for parameter in rest[rest.index(after: query)...].split(separator: "&") {
            guard let equals = parameter.firstIndex(of: "=") else { return nil }
            parameters.append((String(parameter[..<equals]), String(parameter[parameter.index(after: equals)...])))
        }
    }

    var text: String {
        var text = scheme
        if encodedUser != nil || encodedPassword != nil {
            text += (encodedUser ?? "") + (encodedPassword.map { ":" + $0 } ?? "") + "@"
        }
        text += location
        if !parameters.isEmpty { text += "?" + parameters.map { "\($0.keyword)=\($0.value)" }.joined(separator: "&") }
        return text
    }

    /// Nil when it does not say. Setting it replaces it wherever it stands.
    var user: String? {
        get {
            let encoded = parameters.last { $0.keyword == "user" }?.value ?? encodedUser
            return encoded.flatMap { $0.isEmpty ? nil : Self.decoded($0) }
        }
        set {
            parameters.removeAll { $0.keyword == "user" }
            encodedUser = newValue.map(Self.encoded)
        }
    }

    var redacted: ConnectionURL {
        var copy = self
        if encodedPassword != nil { copy.encodedPassword = ConnectionString.redacted }
        copy.parameters = parameters.map { parameter in
            ConnectionString.secretKeywords.contains(parameter.keyword)
                ? (parameter.keyword, ConnectionString.redacted) : parameter
        }
        return copy
    }

    private static func encoded(_ text: String) -> String {
        text.utf8.map { byte in
            let character = Character(Unicode.Scalar(byte))
            let isPlain = character.isASCII && (character.isLetter || character.isNumber || "-._~".contains(character))
            guard !isPlain else { return String(character) }
            let digits = String(byte, radix: 16, uppercase: true)
            return digits.count == 1 ? "%0" + digits : "%" + digits
        }.joined()
    }

    private static func decoded(_ text: String) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), let value = UInt8(String(rest.prefix(2)) ?? "", radix: 16) {
                rest = rest.dropFirst(2)
                bytes.append(value)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
