internal import AgentdCore
internal import Messages

/// What the fields of a tenant must be.
enum TenantRules {
    static let displayNameCharacters = 255

    /// Reads what a request may set; what is wrong is noted in `violations`.
    static func read(_ message: TenantMessage, into tenant: inout Tenant, _ violations: inout FieldViolations) {
        violations.require(
            TenantSlug.isValid(message.slug), "tenant.slug",
            "must be 1 to 63 of a-z, 0-9 and \"-\", beginning with a letter and not ending with \"-\", and no UUID")
        tenant.slug = message.slug
        violations.requireLine(
            message.displayName, "tenant.display_name", required: false, maximum: displayNameCharacters)
        tenant.displayName = message.displayName.isEmpty ? message.slug : message.displayName
        if !message.domain.isEmpty {
            let domain = DomainName.canonical(message.domain)
            violations.require(
                domain != nil, "tenant.domain",
                "must be a DNS name in ASCII, such as example.com; others begin with xn--")
            tenant.domain = domain ?? ""
        }
        for (index, name) in message.features.enumerated() {
            let feature = Features(name: name)
            violations.require(
                feature != nil, "tenant.features[\(index)]",
                "\(FieldViolations.quoted(name)) is no feature; those are \(Features.names.joined(separator: ", "))")
            tenant.features.formUnion(feature ?? [])
        }
        if let limits = message.limits { tenant.limits = Self.limits(limits, &violations) }
    }

    private static func limits(_ limits: TenantLimits, _ violations: inout FieldViolations) -> TenantLimits {
        let numbers: [(name: String, value: Int64)] = [
            ("max_agents", limits.maxAgents), ("max_users", limits.maxUsers), ("max_tokens", limits.maxTokens),
            ("requests_per_second", Int64(limits.requestsPerSecond)), ("max_in_flight", Int64(limits.maxInFlight)),
        ]
        for (name, value) in numbers {
            violations.require(value >= 0, "tenant.limits.\(name)", "must not be negative; 0 means unlimited")
        }
        return limits
    }
}
