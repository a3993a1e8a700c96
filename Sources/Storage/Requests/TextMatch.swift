/// How a list is filtered by a text.
package enum TextMatch: Sendable, Equatable {
    case exactly(String)
    case startsWith(String)
    case contains(String)
}

extension PageText {
    /// Adds the condition that an expression about `r` matches.
    /// - Parameter mark: Stands for the condition in the statement's name, with a letter for the kind of match.
    mutating func add(_ mark: String, _ expression: String, _ match: TextMatch?, value: String = "?") {
        switch match {
        case nil: break
        case .exactly(let text): add("\(mark)e", "\(expression) = \(value)", .text(text))
        case .startsWith(let text): add("\(mark)b", "starts_with(\(expression), \(value))", .text(text))
        case .contains(let text): add("\(mark)c", "strpos(\(expression), \(value)) > 0", .text(text))
        }
    }
}
