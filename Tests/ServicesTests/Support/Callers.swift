internal import AgentdCore

/// Callers to try things with.
enum Callers {
    static let tenantA = TenantID(UUIDValue(high: 0x0123_4567_89AB_CDEF, low: 0x0123_4567_89AB_CDEF))
    static let tenantB = TenantID(UUIDValue(high: 2, low: 2))

    static func principal(
        tenantID: TenantID = tenantA, features: Features = [], userID: Int64 = 7, role: Role = .member,
        tokenID: String = Principal.signedTokenID
    ) -> Principal {
        Principal(
            tenant: TenantProfile(id: tenantID, slug: "a", features: features), userID: userID, role: role,
            userIsActive: true, tokenID: tokenID)
    }

    static func caller(tenantID: TenantID = tenantA, features: Features = [], userID: Int64 = 7) -> Caller {
        Caller(principal: principal(tenantID: tenantID, features: features, userID: userID))
    }
}
