/// Names of the domain name system in their ASCII form (RFC 1123, section 2.1).
enum DomainName {
    private static let maximumBytes = 253
    private static let labelBytes = 1...63

    /// The name in lower case; nil when it is none.
    static func canonical(_ text: String) -> String? {
        let name = text.lowercased()
        let labels = name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        // Some letters outside of ASCII have lower-case forms inside of it.
        guard text.utf8.allSatisfy({ $0 < 0x80 }), name.utf8.count <= maximumBytes, labels.allSatisfy({ isLabel($0) }),
            // The last label of an address is a number; that of a name never is.
            labels.last?.allSatisfy(isDigit) == false
        else { return nil }
        return name
    }

    private static func isLabel(_ label: Substring.UTF8View) -> Bool {
        labelBytes.contains(label.count) && label.first != UInt8(ascii: "-") && label.last != UInt8(ascii: "-")
            && label.allSatisfy { isDigit($0) || isLetter($0) || $0 == UInt8(ascii: "-") }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
    private static func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }
}
