/// `x-request-id` of a call: the text that its client gave, or a UUID made here, which becomes a text only where
/// somebody wants to read it.
package enum CallID: Sendable, Equatable {
    case given(String)
    case made(UUIDValue)
}

extension CallID: CustomStringConvertible {
    package var description: String {
        switch self {
        case .given(let text): text
        case .made(let uuid): uuid.description
        }
    }
}

extension CallID: ExpressibleByStringLiteral {
    package init(stringLiteral text: String) { self = .given(text) }
}
