/// What every call of a tenant needs to know of it. Never changed, and shared by all that know the tenant, so that
/// handing it on costs nothing.
package final class TenantProfile: Sendable, Equatable {
    package let id: TenantID
    package let slug: String
    package let state: TenantState
    package let features: Features
    package let limits: TenantLimits
    package let settings: TenantSettings

    package init(
        id: TenantID, slug: String = "", state: TenantState = .active, features: Features = [],
        limits: TenantLimits = TenantLimits(), settings: TenantSettings = TenantSettings()
    ) {
        self.id = id
        self.slug = slug
        self.state = state
        self.features = features
        self.limits = limits
        self.settings = settings
    }

    package static func == (left: TenantProfile, right: TenantProfile) -> Bool {
        left === right
            || (left.id, left.slug, left.state, left.features) == (right.id, right.slug, right.state, right.features)
                && left.limits == right.limits && left.settings == right.settings
    }
}
