internal import AgentdCore

/// The short name of a tenant: 1 to 63 of a-z, 0-9 and "-", beginning with a letter and not ending with "-".
enum TenantSlug {
    private static let bytes = 1...63

    static func isValid(_ text: String) -> Bool {
        let slug = text.utf8
        return bytes.contains(slug.count) && slug.last != UInt8(ascii: "-")
            && slug.first.map { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) } == true
            && slug.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
            // Where a tenant is selected by id or slug, there must be no doubt which of them is meant.
            && UUIDValue(text) == nil
    }
}
