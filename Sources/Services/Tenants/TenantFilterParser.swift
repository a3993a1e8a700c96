internal import AgentdCore
internal import Storage

/// The `filter` of a list of tenants.
enum TenantFilterParser {
    private static let fields = [
        FilterField("state", .equals), FilterField("slug", .equals), FilterField("domain", .equals),
        FilterField("feature", .equals),
    ]

    static func parse(_ text: String) throws(FilterProblem) -> TenantQuery.Filter {
        var filter = TenantQuery.Filter()
        for term in try FilterTerms.parse(text, fields: fields) {
            let value = term.value
            switch term.field {
            case "state":
                filter.state = try value.named(
                    prefix: "TENANT_STATE_", TenantState.allCases.map { ($0.databaseName, $0) })
            case "slug":
                filter.slug = try value.match()
            case "domain":
                guard let domain = DomainName.canonical(value.text) else {
                    throw value.problem("a DNS name is expected, such as example.com")
                }
                filter.domain = domain
            default:
                guard let feature = Features(name: value.text) else {
                    throw value.problem("one of \(Features.names.joined(separator: ", ")) is expected")
                }
                filter.feature = feature
            }
        }
        return filter
    }
}
