internal import AgentdCore
internal import Messages
internal import Storage

/// What the fields of a tenant must be, on creation and on update alike.
enum TenantRules {
    static let displayNameCharacters = 255
    static let slugExpectation =
        "must be 1 to 63 of a-z, 0-9 and \"-\", beginning with a letter and not ending with \"-\", and no UUID"
    static let domainExpectation = "must be a DNS name in ASCII, such as example.com; others begin with xn--"

    /// Stands for an id that is not known, or that was wrong.
    static let unknownID = TenantID(UUIDValue(high: 0, low: 0))

    /// The id of a request; what is none is noted in `violations`.
    static func id(_ text: String, _ field: String, _ violations: inout FieldViolations) -> TenantID {
        let id = UUIDValue(text)
        violations.require(id != nil, field, "must be the id of a tenant, a UUID")
        return id.map { TenantID($0) } ?? unknownID
    }

    /// Reads `fields` of a request's tenant; what is wrong with them is noted in `violations`. Other fields are not
    /// looked at.
    static func read(
        _ message: TenantMessage, fields: TenantFields, into tenant: inout Tenant, _ violations: inout FieldViolations
    ) {
        if fields.contains(.slug) {
            violations.require(TenantSlug.isValid(message.slug), "tenant.slug", slugExpectation)
            tenant.slug = message.slug
        }
        if fields.contains(.displayName) {
            violations.requireLine(
                message.displayName, "tenant.display_name", required: false, maximum: displayNameCharacters)
            tenant.displayName = message.displayName
        }
        if fields.contains(.domain), !message.domain.isEmpty {
            let domain = DomainName.canonical(message.domain)
            violations.require(domain != nil, "tenant.domain", domainExpectation)
            tenant.domain = domain ?? ""
        }
        if fields.contains(.state) { tenant.state = state(message.state, &violations) }
        if fields.contains(.features) { tenant.features = features(message.features, &violations) }
        tenant.limits = limits(message.limits ?? TenantLimits(), fields, &violations)
    }

    private static func state(_ number: Int32, _ violations: inout FieldViolations) -> TenantState {
        let state = TenantState(rawValue: number)
        violations.require(state != .deleted, "tenant.state", "cannot be set to DELETED; DeleteTenant deletes a tenant")
        violations.require(
            state != nil, "tenant.state", "\(number == 0 ? "is required" : "is unknown"), ACTIVE or SUSPENDED")
        return state ?? .active
    }

    private static func features(_ names: [String], _ violations: inout FieldViolations) -> Features {
        var features: Features = []
        for (index, name) in names.enumerated() {
            let feature = Features(name: name)
            violations.require(
                feature != nil, "tenant.features[\(index)]",
                "\(FieldViolations.quoted(name)) is no feature; those are \(Features.names.joined(separator: ", "))")
            features.formUnion(feature ?? [])
        }
        return features
    }

    private static func limits(
        _ limits: TenantLimits, _ fields: TenantFields, _ violations: inout FieldViolations
    ) -> TenantLimits {
        for limit in TenantLimit.all where fields.contains(limit.field) {
            violations.require(
                limit.value(limits) >= 0, "tenant.\(limit.path)", "must not be negative; 0 means unlimited")
        }
        return limits
    }
}

/// One of a tenant's upper bounds.
struct TenantLimit: Sendable {
    /// In an update mask.
    let path: String
    let field: TenantFields
    let value: @Sendable (TenantLimits) -> Int64

    static let all = [
        TenantLimit(path: "limits.max_agents", field: .maxAgents) { $0.maxAgents },
        TenantLimit(path: "limits.max_users", field: .maxUsers) { $0.maxUsers },
        TenantLimit(path: "limits.max_tokens", field: .maxTokens) { $0.maxTokens },
        TenantLimit(path: "limits.requests_per_second", field: .requestsPerSecond) { Int64($0.requestsPerSecond) },
        TenantLimit(path: "limits.max_in_flight", field: .maxInFlight) { Int64($0.maxInFlight) },
    ]
}
