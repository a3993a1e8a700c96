/// A filter that is put together from options.
struct FilterText {
    private var terms: [String]

    /// - Parameter given: Terms that a person wrote.
    init(_ given: String) { terms = given.contains { !$0.isWhitespace } ? [given] : [] }

    /// Adds a term when there is a value.
    /// - Parameter asPrefix: Whether a `*` at the end of the value stands for any rest of a text.
    mutating func add(_ field: String, _ comparison: String, ifAny value: String?, asPrefix: Bool = false) {
        guard let value else { return }
        let isPrefix = asPrefix && value.hasSuffix("*")
        let text = (isPrefix ? String(value.dropLast()) : value)
            .replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("*", with: "\\*")
        terms.append("\(field) \(comparison) \"\(text)\(isPrefix ? "*" : "")\"")
    }

    var text: String { terms.joined(separator: " AND ") }
}
