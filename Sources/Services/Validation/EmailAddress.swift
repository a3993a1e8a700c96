/// Addresses of mail, simpler than RFC 5321 allows them: one "@", a name without spaces before it and a domain behind
/// it.
enum EmailAddress {
    /// RFC 5321, section 4.5.3.1: a path of 256 with its brackets.
    private static let maximumBytes = 254
    private static let maximumNameBytes = 64

    static func isValid(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard text.utf8.count <= maximumBytes, parts.count == 2 else { return false }
        let name = parts[0]
        return (1...maximumNameBytes).contains(name.utf8.count)
            && name.unicodeScalars.allSatisfy { scalar in
                !scalar.properties.isWhitespace && scalar.properties.generalCategory != .control
                    && !"\"(),:;<>[\\]".unicodeScalars.contains(scalar)
            }
            && !name.hasPrefix(".") && !name.hasSuffix(".") && !name.contains("..")
            && DomainName.canonical(String(parts[1])) != nil
    }
}
