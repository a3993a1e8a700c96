/// How many objects a page holds at most.
enum PageSize {
    /// What 0 means.
    static let usual = 50
    /// What more than it is taken as: with small agents still one message.
    static let maximum = 1_000

    /// The page size of a request; a negative one is noted in `violations`.
    static func read(_ size: Int32, _ violations: inout FieldViolations) -> Int {
        violations.require(size >= 0, "page_size", "must not be negative; 0 means \(usual)")
        return size <= 0 ? usual : min(Int(size), maximum)
    }
}
