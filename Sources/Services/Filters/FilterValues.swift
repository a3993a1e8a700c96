internal import AgentdCore
internal import Storage

// MARK: What values of a filter can be

extension FilterScanner.Value {
    func boolean() throws(FilterProblem) -> Bool {
        switch text {
        case "true": true
        case "false": false
        default: throw problem("true or false is expected")
        }
    }

    /// The id of a user.
    func userID() throws(FilterProblem) -> Int64 {
        guard let id = Int64(text), id > 0 else { throw problem("the id of a user is expected") }
        return id
    }

    /// One of a few names, with or without the prefix that it has in the schema files.
    func named<E>(prefix: String, _ cases: [(name: String, value: E)]) throws(FilterProblem) -> E {
        let name = text.hasPrefix(prefix) ? String(text.dropFirst(prefix.count)) : text
        guard let match = cases.first(where: { $0.name.uppercased() == name }) else {
            throw problem("one of \(cases.map { $0.name.uppercased() }.joined(separator: ", ")) is expected")
        }
        return match.value
    }

    /// A text, or with a "*" at its end the beginning of one.
    func match() throws(FilterProblem) -> TextMatch {
        guard let star = stars.first else { return .exactly(text) }
        guard star == text.unicodeScalars.count - 1 else {
            throw problem("* stands for the rest of a text and comes last; a * of the text itself is written \\*")
        }
        return .startsWith(String(text.unicodeScalars.dropLast()))
    }

    /// A text that is asked for as it is.
    func exact() throws(FilterProblem) -> String {
        guard stars.isEmpty else {
            throw problem("the whole text is expected; a * of the text itself is written \\* in quotes")
        }
        return text
    }

    /// A time such as `2026-01-31T12:00:00Z` (RFC 3339).
    func time() throws(FilterProblem) -> Timestamp {
        guard let time = Timestamp(rfc3339: text) else {
            throw problem("a time is expected, such as 2026-01-31T12:00:00Z")
        }
        return time
    }
}
