internal import AgentdClient
internal import FoundationEssentials

extension JSONValue {
    init(_ token: AgentdClient.Token) {
        self = .fields([
            "id": .string(token.id),
            "tenant_id": .string(token.tenantID),
            "user_id": .id(token.userID),
            "display_name": .string(token.displayName),
            "create_time": token.createTime.map { .time($0) },
            "expire_time": token.expireTime.map { .time($0) },
            "last_use_time": token.lastUseTime.map { .time($0) },
            "revoke_time": token.revokeTime.map { .time($0) },
        ])
    }
}

extension AgentdClient.Token {
    /// For people.
    var text: String {
        var block = Block()
        block.add("key id", id)
        block.add("user", "\(userID)")
        block.add("name", ifAny: displayName)
        block.add("state", state)
        block.add("issued", createTime)
        block.add("expires", expiry)
        block.add("used last", lastUseTime)
        block.add("revoked", revokeTime)
        return block.text
    }

    var expiry: String { expireTime.map { "\(TimeText.readable($0)) UTC" } ?? "never" }

    fileprivate var state: String {
        if revokeTime != nil { return "revoked" }
        return expireTime.map { $0 <= Date.now } ?? false ? "expired" : "valid"
    }
}

extension ListFormat<AgentdClient.Token> {
    static var tokens: ListFormat {
        ListFormat(
            field: "tokens", plural: "API keys", json: { JSONValue($0) },
            columns: [
                Column("KEY ID") { $0.id },
                Column("USER", alignsRight: true) { "\($0.userID)" },
                Column("NAME", mayBeCut: true) { $0.displayName },
                Column("STATE") { $0.state },
                Column("ISSUED (UTC)") { TimeText.readable($0.createTime) },
                Column("EXPIRES (UTC)") { $0.expireTime.map { TimeText.readable($0) } ?? "never" },
                Column("USED LAST (UTC)") { $0.lastUseTime.map { TimeText.readable($0) } ?? "never" },
            ])
    }
}
