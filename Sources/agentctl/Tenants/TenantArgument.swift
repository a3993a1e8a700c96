internal import AgentdClient
internal import AgentdCore
internal import ArgumentParser

/// How a person names a tenant.
struct TenantKeyArgument: ExpressibleByArgument {
    enum Kind: String, ExpressibleByArgument, CaseIterable {
        case id, slug, domain
    }

    let text: String
    /// A UUID is an id, and what has a dot is a domain: a slug can be neither.
    var kind: Kind { UUIDValue(text) != nil ? .id : text.contains(".") ? .domain : .slug }

    init?(argument: String) {
        if argument.isEmpty { return nil }
        text = argument
    }

    func key(by kind: Kind? = nil) -> AgentdClient.TenantKey {
        switch kind ?? self.kind {
        case .id: .id(text)
        case .slug: .slug(text)
        case .domain: .domain(text)
        }
    }
}

/// A tenant that the command is about.
struct TenantArgument: ParsableArguments {
    @Argument(help: ArgumentHelp("The id, slug or domain of the tenant.", valueName: "tenant"))
    var key: TenantKeyArgument

    /// A deleted tenant is found by its id alone.
    func read(_ client: AgentdClient) async throws(AgentdError) -> AgentdClient.Tenant {
        switch key.kind {
        case .id: try await client.getTenant(id: key.text)
        case .slug, .domain: try await client.resolveTenant(key.key())
        }
    }

    /// The id that requests name it by.
    func id(_ session: Session) async throws -> String {
        if key.kind == .id { return key.text }
        return try await session.lookUp { () throws(AgentdError) in try await read(session.client) }.id
    }

    /// What names the same tenant when the change is repeated, even if that has taken its slug or domain away.
    func difference(_ id: String) -> String? { key.kind == .id ? nil : "\(id) instead of \(key.text)" }
}
