internal import AgentdClient

extension JSONValue {
    init(_ user: AgentdClient.User) {
        self = .fields([
            "id": .id(user.id),
            "tenant_id": .string(user.tenantID),
            "email": .string(user.email),
            "display_name": .string(user.displayName),
            "role": .string(user.role.name),
            "is_active": .bool(user.isActive),
            "create_time": user.createTime.map { .time($0) },
            "update_time": user.updateTime.map { .time($0) },
            "delete_time": user.deleteTime.map { .time($0) },
            "etag": .string(user.etag),
        ])
    }

    init(_ identity: AgentdClient.Identity) {
        self = .object(["user": JSONValue(identity.user), "tenant": JSONValue(identity.tenant)])
    }
}

extension AgentdClient.User {
    /// For people.
    var text: String {
        var block = Block()
        block.add("id", "\(id)")
        block.add("email", email)
        block.add("name", ifAny: displayName)
        block.add("role", role.shortName)
        block.add("active", isActive ? "yes" : "no")
        block.add("tenant", tenantID)
        block.add("created", createTime)
        block.add("updated", updateTime)
        block.add("deleted", deleteTime)
        block.add("etag", ifAny: etag)
        return block.text
    }

    /// As a question names it.
    var title: String { displayName.isEmpty ? "\(id) \(email)" : "\(id) \(email) \"\(displayName)\"" }
}

extension AgentdClient.Identity {
    /// For people.
    var text: String {
        var block = Block()
        block.add("user", user.email)
        block.add("user id", "\(user.id)")
        block.add("name", ifAny: user.displayName)
        block.add("role", user.role.shortName)
        block.add("tenant", tenant.slug)
        block.add("tenant id", tenant.id)
        block.add("tenant name", ifAny: tenant.displayName)
        block.add("features", tenant.featuresText)
        return block.text
    }
}

extension ListFormat<AgentdClient.User> {
    static func users(showsDeleted: Bool) -> ListFormat {
        var columns: [Column] = [
            Column("ID", alignsRight: true) { "\($0.id)" },
            Column("EMAIL", mayBeCut: true) { $0.email },
            Column("NAME", mayBeCut: true) { $0.displayName },
            Column("ROLE") { $0.role.shortName },
            Column("ACTIVE") { $0.isActive ? "yes" : "no" },
            Column("CREATED (UTC)") { TimeText.readable($0.createTime) },
        ]
        if showsDeleted { columns.append(Column("DELETED (UTC)") { TimeText.readable($0.deleteTime) }) }
        return ListFormat(field: "users", plural: "users", json: { JSONValue($0) }, columns: columns)
    }
}
