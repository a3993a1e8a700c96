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
    func id(_ client: AgentdClient) async throws(AgentdError) -> String {
        key.kind == .id ? key.text : try await read(client).id
    }
}
