/// Looks over the texts of a request before it is encoded. A NUL cannot be stored and would cut the text short on its
/// way; all the texts that hold one are refused together. So is a list of fields that names none.
struct TextFields: ~Copyable {
    private var violations: [AgentdError.Violation] = []

    /// The text itself.
    /// - Parameter field: Its path in the request message.
    mutating func checked(_ text: String, _ field: String) -> String {
        if text.utf8.contains(0) {
            violations.append(AgentdError.Violation(field: field, description: "must not hold a NUL"))
        }
        return text
    }

    /// The paths of an update mask. An empty one is refused: to the daemon it would mean all fields that are not empty.
    mutating func checkedMask<Field: RawRepresentable<String>>(_ fields: [Field]) -> [String] {
        if fields.isEmpty {
            violations.append(AgentdError.Violation(field: "update_mask", description: "must name a field to change"))
        }
        return fields.map(\.rawValue)
    }

    /// - Throws: `INVALID_ARGUMENT` when a text cannot be sent.
    func finish() throws(AgentdError) {
        if !violations.isEmpty { throw .fields(violations) }
    }
}
