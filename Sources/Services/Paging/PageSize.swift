/// How many objects a page holds at most.
enum PageSize {
    /// What more than it is taken as: with small agents still one message.
    static let maximum = 1_000

    /// The page size of a request; a negative one is noted in `violations`.
    /// - Parameter standard: What 0 means: the tenant's setting.
    static func read(_ size: Int32, standard: Int, _ violations: inout FieldViolations) -> Int {
        violations.require(size >= 0, "page_size", "must not be negative; 0 means \(standard)")
        return size <= 0 ? standard : min(Int(size), maximum)
    }
}
