internal import ArgumentParser

struct TokensCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        "tokens", "API keys.", examples: ["agentctl tokens issue --name laptop --expires-in 90d"],
        subcommands: [IssueToken.self, ListTokens.self, RevokeToken.self])
}
