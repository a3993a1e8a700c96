internal import AgentdClient
internal import ArgumentParser
internal import FoundationEssentials

struct IssueToken: ChangeCommand {
    static let configuration = CommandConfiguration(
        "issue", "Issues an API key for yourself, or as an administrator for a user of the tenant.",
        discussion: "The key is shown this once; the daemon keeps only a digest of it.",
        examples: ["agentctl tokens issue --name laptop --expires-in 90d", "agentctl tokens issue --user-id 7"])

    @Option(help: "The user that the key speaks for; you, when it is not given.")
    var userID: Int64 = 0

    @Option(help: "What the key is for; at most 255 characters.")
    var name = ""

    @Option(help: ArgumentHelp("How long it lasts, such as 12h or 90d.", valueName: "time"))
    var expiresIn: TimeSpan?

    @Option(help: ArgumentHelp("When it expires, such as 2030-01-31T12:00:00Z.", valueName: "RFC 3339"))
    var expireTime: String?

    @OptionGroup var repetition: RequestIDOption
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        if expiresIn != nil, expireTime != nil {
            throw ValidationError("Give --expires-in or --expire-time, not both.")
        }
        if let expireTime, TimeText.parse(expireTime) == nil {
            throw ValidationError("\"\(expireTime)\" is not a time as RFC 3339 has it, such as 2030-01-31T12:00:00Z.")
        }
    }

    func run(_ session: Session) async throws {
        let expiry = expireTime.flatMap(TimeText.parse) ?? expiresIn.map { Date.now.addingTimeInterval($0.seconds) }
        let fixedExpiry = expiresIn == nil ? nil : expiry.map { TimeText.rfc3339($0) }
        let issued = try await session.change(
            repeatedWith: fixedExpiry.map { "--expire-time \($0) instead of --expires-in" }
        ) { () throws(AgentdError) in
            try await session.client.issueToken(
                userID: userID, displayName: name, expireTime: expiry, requestID: session.requestID)
        }
        session.show(
            .object(["token": JSONValue(issued.token), "secret": .string(issued.secret)]), Self.text(issued))
        if session.output == .table {
            Terminal.standardError("Keep the key now: it is not shown again.\n")
        }
    }

    private static func text(_ issued: AgentdClient.IssuedToken) -> String {
        var block = Block()
        block.add("key", issued.secret)
        block.add("key id", issued.token.id)
        block.add("user", "\(issued.token.userID)")
        block.add("name", ifAny: issued.token.displayName)
        block.add("expires", issued.token.expiry)
        return block.text
    }
}
