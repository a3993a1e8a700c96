internal import AgentdClient

extension JSONValue {
    init(_ tenant: AgentdClient.Tenant) {
        self = .fields([
            "id": .string(tenant.id),
            "slug": .string(tenant.slug),
            "display_name": .string(tenant.displayName),
            "domain": .string(tenant.domain),
            "state": .string(tenant.state.name),
            "features": .array(tenant.features.map { .string($0) }),
            "limits": .object([
                "max_agents": .integer(tenant.limits.maxAgents),
                "max_users": .integer(tenant.limits.maxUsers),
                "max_tokens": .integer(tenant.limits.maxTokens),
                "requests_per_second": .number(tenant.limits.requestsPerSecond),
                "max_in_flight": .number(tenant.limits.maxInFlight),
            ]),
            "create_time": tenant.createTime.map { .time($0) },
            "update_time": tenant.updateTime.map { .time($0) },
            "delete_time": tenant.deleteTime.map { .time($0) },
            "etag": .string(tenant.etag),
        ])
    }
}

extension AgentdClient.Tenant {
    /// For people.
    var text: String {
        var block = Block()
        block.add("id", id)
        block.add("slug", slug)
        block.add("name", displayName)
        block.add("domain", ifAny: domain)
        block.add("state", state.shortName)
        block.add("features", featuresText)
        block.add("agents at most", Self.limit(limits.maxAgents))
        block.add("users at most", Self.limit(limits.maxUsers))
        block.add("keys at most", Self.limit(limits.maxTokens))
        block.add("calls per second", Self.limit(Int64(limits.requestsPerSecond)))
        block.add("calls in flight", Self.limit(Int64(limits.maxInFlight)))
        block.add("created", createTime)
        block.add("updated", updateTime)
        block.add("deleted", deleteTime)
        block.add("etag", ifAny: etag)
        return block.text
    }

    /// As a question names it: the slug, and what people call it when that is something else.
    var title: String { displayName.isEmpty || displayName == slug ? slug : "\(slug) \"\(displayName)\"" }

    var featuresText: String { features.isEmpty ? "none" : features.joined(separator: ", ") }

    private static func limit(_ number: Int64) -> String { number == 0 ? "no limit" : "\(number)" }
}

extension ListFormat<AgentdClient.Tenant> {
    static func tenants(showsDeleted: Bool) -> ListFormat {
        var columns: [Column] = [
            Column("SLUG") { $0.slug },
            Column("NAME", mayBeCut: true) { $0.displayName },
            Column("STATE") { $0.state.shortName },
            Column("DOMAIN", mayBeCut: true) { $0.domain },
            Column("FEATURES", mayBeCut: true) { $0.featuresText },
            Column("ID") { $0.id },
            Column("CREATED (UTC)") { TimeText.readable($0.createTime) },
        ]
        if showsDeleted { columns.append(Column("DELETED (UTC)") { TimeText.readable($0.deleteTime) }) }
        return ListFormat(field: "tenants", plural: "tenants", json: { JSONValue($0) }, columns: columns)
    }
}
