internal import AgentdCore
internal import Messages
internal import Storage

/// The update masks of a tenant: what system administrators may change, and what the tenant's own may.
enum TenantMask {
    private static let readOnly: Set<String> = ["id", "create_time", "update_time", "delete_time", "etag"]

    private static let ofAny = UpdateMask<TenantFields>(
        object: "tenant",
        changeable: TenantLimit.all.reduce(
            into: [
                "slug": .slug, "display_name": .displayName, "domain": .domain, "state": .state, "features": .features,
                "limits": .limits, "*": .all,
            ]
        ) { $0[$1.path] = $1.field },
        readOnly: readOnly)

    private static let ofOwn = UpdateMask<TenantFields>(
        object: "tenant",
        changeable: [
            "display_name": .displayName, "domain": .domain, "*": UpdateCurrentTenantStatement.changeable,
        ],
        readOnly: readOnly)

    /// What `UpdateTenant` sets; see `UpdateMask`.
    static func fields(
        _ paths: [String]?, of tenant: TenantMessage, _ violations: inout FieldViolations
    ) -> TenantFields {
        ofAny.fields(paths, populated: populatedFields(of: tenant), &violations)
    }

    /// What `UpdateCurrentTenant` sets.
    static func ownFields(
        _ paths: [String]?, of tenant: TenantMessage, _ violations: inout FieldViolations
    ) -> TenantFields {
        let populated = populatedFields(of: tenant).intersection(UpdateCurrentTenantStatement.changeable)
        return ofOwn.fields(paths, populated: populated, &violations)
    }

    /// Limits count one by one: to set one of them must not lift the others.
    private static func populatedFields(of tenant: TenantMessage) -> TenantFields {
        var fields: TenantFields = []
        if !tenant.slug.isEmpty { fields.insert(.slug) }
        if !tenant.displayName.isEmpty { fields.insert(.displayName) }
        if !tenant.domain.isEmpty { fields.insert(.domain) }
        if tenant.state != 0 { fields.insert(.state) }
        if !tenant.features.isEmpty { fields.insert(.features) }
        for limit in TenantLimit.all where limit.value(tenant.limits ?? TenantLimits()) != 0 {
            fields.insert(limit.field)
        }
        return fields
    }
}
