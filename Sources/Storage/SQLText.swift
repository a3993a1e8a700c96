/// Names and values where they become a part of SQL: statements that define something take no parameters.
enum SQLText {
    /// A name as an identifier.
    static func name(_ name: String) -> String { "\"\(name.replacing("\"", with: "\"\""))\"" }

    /// A text as a literal.
    static func literal(_ text: String) -> String { "'\(text.replacing("'", with: "''"))'" }
}
