internal import AgentdClient
internal import AgentdCore
internal import ArgumentParser

struct UpdateTenant: ChangeCommand {
    static let configuration = CommandConfiguration(
        "update", "Changes what is given of a tenant, and nothing else. System administrators only.",
        discussion: "To suspend it or to let it work again there are `tenants suspend` and `tenants resume`.",
        examples: [
            "agentctl tenants update acme --max-agents 1000 --add-feature custom_agents",
            "agentctl tenants update acme --domain ''",
        ])

    @OptionGroup var tenant: TenantArgument

    @Option(help: "Its short name: 1 to 63 of a-z, 0-9 and -, beginning with a letter.")
    var slug: String?

    @Option(help: ArgumentHelp("Its name for people.", valueName: "name"))
    var displayName: String?

    @Option(help: "A DNS name that belongs to it.")
    var domain: String?

    @OptionGroup var features: FeatureOptions
    @OptionGroup var limits: TenantLimitOptions
    @OptionGroup var condition: EtagOption
    @OptionGroup var repetition: RequestIDOption
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard slug == nil, displayName == nil, domain == nil, features.isEmpty, limits.isEmpty else { return }
        throw ValidationError("Say what to change, such as --display-name NAME.")
    }

    func run(_ session: Session) async throws {
        var changed = AgentdClient.Tenant(slug: "")
        var wanted = features.wanted
        var differences: [String] = []
        changed.etag = condition.etag
        if features.dependOnPresent {
            let present = try await session.lookUp { () throws(AgentdError) in
                try await tenant.read(session.client)
            }
            changed.id = present.id
            let names = features.changed(present.features)
            wanted = names
            // So that features which somebody else switches meanwhile are not lost.
            if changed.etag.isEmpty {
                changed.etag = present.etag
                differences.append("--etag \(present.etag)")
            }
            differences.append(features.difference(names))
        } else {
            changed.id = try await tenant.id(session)
        }
        differences = [tenant.difference(changed.id)].compactMap(\.self) + differences
        var changes = Changes<AgentdClient.Tenant, AgentdClient.TenantField>(changed)
        changes.set(\.slug, .slug, slug)
        changes.set(\.displayName, .displayName, displayName)
        changes.set(\.domain, .domain, domain)
        changes.set(\.features, .features, wanted)
        limits.set(&changes)
        let updated = try await session.change(
            repeatedWith: differences.isEmpty ? nil : differences.joined(separator: ", ")
        ) { () throws(AgentdError) in
            try await session.client.updateTenant(
                changes.resource, fields: changes.fields, requestID: session.requestID)
        }
        session.show(JSONValue(updated), updated.text)
    }

    func hint(on error: AgentdError) -> String? { condition.hint(on: error) }
}

/// What becomes of a tenant's features.
struct FeatureOptions: ParsableArguments {
    @Option(
        help: """
            It has these features and no others: \(Features.names.joined(separator: ", ")). May be given several \
            times; '' is none.
            """, completion: .list(Features.names))
    var feature: [String] = []

    @Option(
        help: ArgumentHelp("Switches a feature on, besides those it has.", valueName: "feature"),
        completion: .list(Features.names))
    var addFeature: [String] = []

    @Option(help: ArgumentHelp("Switches a feature off.", valueName: "feature"), completion: .list(Features.names))
    var removeFeature: [String] = []

    func validate() throws {
        if !feature.isEmpty, dependOnPresent {
            throw ValidationError("Give --feature, or --add-feature and --remove-feature, not both.")
        }
    }

    /// Nil when it is not said as a whole; one that is empty is none.
    var wanted: [String]? { feature.isEmpty ? nil : feature.filter { !$0.isEmpty } }

    var isEmpty: Bool { feature.isEmpty && !dependOnPresent }

    /// Whether the present features must be known.
    var dependOnPresent: Bool { !addFeature.isEmpty || !removeFeature.isEmpty }

    func changed(_ present: [String]) -> [String] {
        present.filter { !removeFeature.contains($0) && !addFeature.contains($0) } + addFeature
    }

    /// What names the same features when the change is repeated.
    func difference(_ changed: [String]) -> String {
        let names = changed.isEmpty ? ["''"] : changed
        let given = (addFeature.isEmpty ? [] : ["--add-feature"]) + (removeFeature.isEmpty ? [] : ["--remove-feature"])
        return names.map { "--feature \($0)" }.joined(separator: " ")
            + " instead of \(given.joined(separator: " and "))"
    }
}
