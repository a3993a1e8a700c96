package import AgentdCore
internal import Messages
package import Storage

/// Finds out who calls, from the token, and in which tenant. One for each event loop; confined to it.
///
/// Unchecked: what it remembers is touched on that loop alone.
package final class Authenticator: @unchecked Sendable {
    package struct Clock: Sendable {
        package let uptimeNanoseconds: @Sendable () -> UInt64
        package let wallClock: @Sendable () -> Timestamp

        package init(
            uptimeNanoseconds: @escaping @Sendable () -> UInt64, wallClock: @escaping @Sendable () -> Timestamp
        ) {
            self.uptimeNanoseconds = uptimeNanoseconds
            self.wallClock = wallClock
        }
    }

    /// How many selected tenants are kept. Only administrators select, so there are never many; a flood starts over.
    private static let maximumSelections = 1_000

    /// How long anything is believed while nothing is heard of changes elsewhere.
    private static let deafNanoseconds: UInt64 = 2_000_000_000

    private let directory: PrincipalDirectory
    private var selections: [FindTenantProfileStatement.Key: (tenant: TenantProfile, checkedAt: UInt64)] = [:]
    /// Counts the news.
    private var generation: UInt64 = 0
    private let singleTenant: TenantID?
    private let news: IdentityNews
    private let recheckNanoseconds: UInt64
    private let clock: Clock

    /// - Parameters:
    ///   - singleTenant: The only tenant that anybody may call for; nil when there may be many.
    ///   - cacheCapacity: The most tokens that are remembered.
    ///   - recheckNanoseconds: How long the database need not be asked again about a token or a tenant of which nothing
    ///     new was heard.
    package init(
        signingKeys: SigningKeyRing, singleTenant: TenantID? = nil, news: IdentityNews, cacheCapacity: Int,
        recheckNanoseconds: UInt64, clock: Clock
    ) {
        directory = PrincipalDirectory(
            signingKeys: signingKeys, singleTenant: singleTenant, cache: TokenCache(capacity: cacheCapacity),
            clock: clock)
        self.singleTenant = singleTenant
        self.news = news
        self.recheckNanoseconds = recheckNanoseconds
        self.clock = clock
    }

    /// Looks again at whatever depends on the changes.
    package func forget(_ changes: Set<IdentityChange>) {
        generation &+= 1
        directory.forget(changes)
        selections.removeAll()
    }

    /// Tokens of which the outcome of the check is remembered.
    package var rememberedTokens: Int { directory.rememberedTokens }

    private var maximumAge: UInt64 {
        news.isHeard ? recheckNanoseconds : min(recheckNanoseconds, Self.deafNanoseconds)
    }

    /// The caller of a call: a principal whose user and tenant are active, in its own tenant or in the one selected.
    /// - Parameter looksIntoInactiveTenants: Whether the one that a system administrator selected need not be active.
    package func caller(
        of call: InboundCall, database: Database, looksIntoInactiveTenants: Bool
    ) async throws(ServiceError) -> Caller {
        let token = try BearerToken(of: call)
        let platform = database.platformSession(deadline: call.deadline)
        let home = try await directory.caller(of: token, maximumAge: maximumAge, platform: platform)
        try requireActive(home.principal)
        guard let selector = call.header("x-agentd-tenant"), !selector.isEmpty else { return home }
        let caller = try await select(String(decoding: selector, as: UTF8.self), for: home, platform: platform)
        if !looksIntoInactiveTenants { try requireActive(caller.tenant) }
        return caller
    }

    /// The caller of a call when nobody needs to be asked: its token was looked at not long ago, and it works at home.
    /// - Parameters:
    ///   - headers: Of the call.
    ///   - now: Of the monotonic clock.
    ///   - unlessDue: Whether a token that had better be looked at again is to be passed over.
    /// - Returns: Nil also when the call is to be refused; `caller` says why.
    func rememberedCaller(of call: ObservedCall, _ headers: CallHeaders, at now: UInt64, unlessDue: Bool) -> Caller? {
        guard headers.withValue(of: "x-agentd-tenant", { _ in true }) == nil,
            let digest = call.tokenDigest ?? BearerToken.digest(in: headers),
            let caller = directory.remembered(digest, maximumAge: maximumAge, at: now, unlessDue: unlessDue),
            caller.isActive, mayServe(caller.principal.tenantID)
        else { return nil }
        call.tokenDigest = digest
        return caller
    }

    private func requireActive(_ principal: Principal) throws(ServiceError) {
        guard principal.userIsActive else {
            throw ServiceError(.userInactive, "The user of this token is not active.")
        }
        guard mayServe(principal.tenantID) else {
            throw ServiceError(
                .tenantMismatch, "The token belongs to another tenant than the only one that is served here.")
        }
        try requireActive(principal.tenant)
    }

    /// Whether calls of this tenant's are served here.
    private func mayServe(_ tenant: @autoclosure () -> TenantID) -> Bool {
        singleTenant.map { $0 == tenant() } ?? true
    }

    private func requireActive(_ tenant: TenantProfile) throws(ServiceError) {
        switch tenant.state {
        case .active: return
        case .suspended: throw .inactive(.tenantSuspended, "The tenant is suspended.", tenant)
        case .deleted: throw .inactive(.tenantDeleted, "The tenant is deleted.", tenant)
        }
    }
}

// MARK: Selecting a tenant

extension Authenticator {
    /// - Parameter selector: The id or slug of a tenant, active or not. Only a system administrator may name another
    ///   than its own.
    private func select(
        _ selector: String, for home: Caller, platform: PlatformSession
    ) async throws(ServiceError) -> Caller {
        let principal = home.principal
        let key = UUIDValue(selector).map { FindTenantProfileStatement.Key.id(TenantID($0)) } ?? .slug(selector)
        if key == .id(principal.tenantID) || key == .slug(principal.tenant.slug) {
            return home
        }
        guard principal.role == .systemAdministrator else {
            throw ServiceError(.tenantMismatch, "The token belongs to another tenant than `x-agentd-tenant` names.")
        }
        // What can be no slug is not worth a question to the database, which could not even read some of it.
        if case .slug(let slug) = key, !TenantSlug.isValid(slug) { throw .noSuchTenant }
        return Caller(principal: principal, selecting: try await selectedTenant(key, platform: platform))
    }

    private func selectedTenant(
        _ key: FindTenantProfileStatement.Key, platform: PlatformSession
    ) async throws(ServiceError) -> TenantProfile {
        let start = (time: clock.uptimeNanoseconds(), generation: generation)
        if let known = selections[key], start.time &- known.checkedAt < maximumAge { return known.tenant }
        guard let tenant = try await platform.run(FindTenantProfileStatement(key)) else { throw .noSuchTenant }
        if selections.count >= Self.maximumSelections { selections.removeAll() }
        // Another tenant may get the slug of a deleted one, and nobody tells of tenants that are new.
        if start.generation == generation, tenant.state != .deleted { selections[key] = (tenant, start.time) }
        return tenant
    }
}

extension ServiceError {
    fileprivate static let noSuchTenant = ServiceError(
        .tenantNotFound, "There is no tenant that `x-agentd-tenant` names.")

    fileprivate static func inactive(_ reason: Reason, _ message: String, _ tenant: TenantProfile) -> ServiceError {
        ServiceError(
            reason, message,
            details: [
                .precondition(
                    type: "TENANT_STATE", subject: tenant.slug, description: "the tenant must be active")
            ])
    }
}
