internal import AgentdClient
internal import ArgumentParser
internal import FoundationEssentials

struct TokensCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tokens", abstract: "API keys.", subcommands: [IssueToken.self])
}

struct IssueToken: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "issue",
        abstract: "Issues an API key for yourself, or as an administrator for a user of the tenant.",
        discussion: "The key is shown this once; the daemon keeps only a digest of it.")

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
        let issued = try await session.client.issueToken(
            userID: userID, displayName: name, expireTime: expiry, requestID: repetition.requestID)
        session.show(
            .object(["token": JSONValue(issued.token), "secret": .string(issued.secret)]),
            ResourceText.issuedToken(issued))
        if session.output == .table {
            Terminal.standardError("Keep the key now: it is not shown again.\n")
        }
    }
}
