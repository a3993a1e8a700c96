/// How to reach a database: a libpq connection string in either of its forms, `postgresql://user@host/name` or
/// `host=... user=... dbname=...`. Only who connects, and what may be shown of it, are read here; the rest is libpq's.
///
/// See https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING
package struct ConnectionString: Sendable, Equatable {
    private enum Form: Sendable, Equatable {
        case url(ConnectionURL)
        case pairs([KeywordValue])
    }

    /// One `keyword=value` of the second form, the value without quotes and escapes.
    struct KeywordValue: Sendable, Equatable {
        let keyword: String
        var value: String
    }

    static let secretKeywords: Set<String> = ["password", "sslpassword"]
    static let redacted = "redacted"

    private var form: Form

    /// Nil when it is in neither form.
    package init?(_ text: String) {
        guard !text.utf8.contains(0) else { return nil }
        if let url = ConnectionURL(text) {
            form = .url(url)
        } else {
            guard !text.contains("://"), let pairs = Self.pairs(text), !pairs.isEmpty else { return nil }
            form = .pairs(pairs)
        }
    }

    /// The form that libpq takes. It may hold a password.
    package var conninfo: String {
        switch form {
        case .url(let url): url.text
        case .pairs(let pairs): Self.text(pairs)
        }
    }

    /// The same without its passwords, for people.
    package var redacted: String {
        switch form {
        case .url(let url):
            return url.redacted.text
        case .pairs(let pairs):
            return Self.text(
                pairs.map { pair in
                    Self.secretKeywords.contains(pair.keyword)
                        ? KeywordValue(keyword: pair.keyword, value: Self.redacted) : pair
                })
        }
    }

    /// Who connects; nil when it is not said here.
    package var user: String? {
        switch form {
        case .url(let url): url.user
        // The last one counts.
        case .pairs(let pairs): pairs.last { $0.keyword == "user" }?.value
        }
    }

    /// The same database for another user.
    package func withUser(_ user: String) -> ConnectionString {
        var copy = self
        switch form {
        case .url(var url):
            url.user = user
            copy.form = .url(url)
        case .pairs(var pairs):
            let place = pairs.firstIndex { $0.keyword == "user" } ?? pairs.endIndex
            pairs.removeAll { $0.keyword == "user" }
            pairs.insert(KeywordValue(keyword: "user", value: user), at: min(place, pairs.endIndex))
            copy.form = .pairs(pairs)
        }
        return copy
    }
}

// MARK: keyword=value

extension ConnectionString {
    private static func pairs(_ text: String) -> [KeywordValue]? {
        var pairs: [KeywordValue] = []
        var rest = text[...].drop(while: \.isWhitespace)
        while !rest.isEmpty {
            let keyword = rest.prefix { !$0.isWhitespace && $0 != "=" }
            rest = rest.dropFirst(keyword.count).drop(while: \.isWhitespace)
            guard !keyword.isEmpty, rest.first == "=" else { return nil }
            rest = rest.dropFirst().drop(while: \.isWhitespace)
            guard let value = value(&rest) else { return nil }
            pairs.append(KeywordValue(keyword: String(keyword), value: value))
            rest = rest.drop(while: \.isWhitespace)
        }
        return pairs
    }

    /// Takes one value, quoted or not; nil when its closing quote is missing.
    private static func value(_ rest: inout Substring) -> String? {
        let isQuoted = rest.first == "'"
        if isQuoted { rest = rest.dropFirst() }
        var value = ""
        while let character = rest.popFirst() {
            if character == "\\" {
                guard let escaped = rest.popFirst() else { return nil }
                value.append(escaped)
            } else if isQuoted, character == "'" {
                return value
            } else if !isQuoted, character.isWhitespace {
                return value
            } else {
                value.append(character)
            }
        }
        return isQuoted ? nil : value
    }

    private static func text(_ pairs: [KeywordValue]) -> String {
        pairs.map { "\($0.keyword)=\(quoted($0.value))" }.joined(separator: " ")
    }

    /// A value as it stands in a connection string.
    package static func quoted(_ value: String) -> String {
        let needsQuotes = value.isEmpty || value.contains { $0.isWhitespace || $0 == "'" || $0 == "\\" }
        guard needsQuotes else { return value }
        return "'" + value.replacing("\\", with: "\\\\").replacing("'", with: "\\'") + "'"
    }
}
