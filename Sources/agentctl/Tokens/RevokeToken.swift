internal import AgentdClient
internal import ArgumentParser

struct RevokeToken: ChangeCommand {
    static let configuration = CommandConfiguration(
        "revoke", "Revokes an API key, once you have agreed: your own, or as an administrator one of the tenant.",
        discussion: "It is refused everywhere within 2 seconds. This cannot be taken back; another key can be issued.",
        examples: [
            "agentctl tokens revoke 0123456789abcdef01234567",
            "agentctl tokens revoke 0123456789abcdef01234567 --yes",
        ])

    /// As many as one page can hold: a key among them is named in the question.
    private static let namedKeys: Int32 = 1_000

    @Argument(help: "The id of the key, as `agentctl tokens list` shows it.", transform: TokenID.init)
    var id: TokenID

    @OptionGroup var confirmation: Confirmation
    @OptionGroup var repetition: RequestIDOption
    @OptionGroup var global: GlobalOptions

    func run(_ session: Session) async throws {
        try await confirmation.ask(repetition) {
            let keys = try await session.client.listTokens(.init(pageSize: Self.namedKeys))
            guard let key = keys.resources.first(where: { $0.id == id.text }) else {
                return "Revoke the API key \(id.text)?"
            }
            let name = key.displayName.isEmpty ? "" : " \"\(key.displayName)\""
            return "Revoke the API key \(key.id)\(name) of the user \(key.userID)?"
        }
        let token = try await session.client.revokeToken(id: id.text, requestID: session.requestID)
        session.show(JSONValue(token), token.text)
    }
}

/// The part of an API key that is no secret; also of a whole key, `agd_ID_SECRET`.
struct TokenID {
    let text: String

    init(_ text: String) {
        let parts = text.split(separator: "_", omittingEmptySubsequences: false)
        self.text = parts.count == 3 && parts[0] == "agd" ? String(parts[1]) : text
    }
}
