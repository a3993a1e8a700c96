internal import ArgumentParser

/// How much of a list is shown.
struct PagingOptions: ParsableArguments {
    /// More than it is taken as it by the daemon.
    private static let largestPage = 1_000

    @Option(
        help: ArgumentHelp(
            "How many are asked for at once: 0 is what the tenant's setting says, 1000 the most.", valueName: "number"))
    var pageSize: Int32 = 0

    @Option(help: ArgumentHelp("Where the page begins, as the page before said.", valueName: "token"))
    var pageToken = ""

    @Option(help: ArgumentHelp("At most so many, over as many pages as it takes.", valueName: "number"))
    var limit: Int?

    @Flag(help: "All pages, from the page token on.")
    var all = false

    func validate() throws {
        if pageSize < 0 { throw ValidationError("--page-size must not be negative.") }
        if let limit, limit < 1 { throw ValidationError("--limit must be at least 1.") }
        if all, limit != nil { throw ValidationError("Give --all or --limit, not both.") }
    }

    /// The size of the next page.
    /// - Parameter shown: How many are shown already.
    /// - Returns: Nil when no page is wanted any more.
    func nextPageSize(shown: Int, isFirst: Bool) -> Int32? {
        if let limit {
            let rest = min(limit - shown, Self.largestPage)
            return rest < 1 ? nil : pageSize > 0 ? min(pageSize, Int32(rest)) : Int32(rest)
        }
        return isFirst || all ? pageSize : nil
    }
}
