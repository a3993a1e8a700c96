internal import AgentdCore
internal import Metrics
internal import Storage

/// Knows whom a token speaks for: from the cache, or from the token itself and the database.
///
/// Unchecked: it is touched on one event loop alone.
final class PrincipalDirectory: @unchecked Sendable {
    /// A look at a token. One that begins after news came must not share the answer of one that began before.
    private struct LookUp: Hashable {
        let digest: TokenDigest
        let generation: UInt64
    }

    /// Statements that note the use of keys, for which one call waits at most.
    private static let touchesInARow = 4

    private let signingKeys: SigningKeyRing
    private let singleTenant: TenantID?
    private let clock: Authenticator.Clock
    private var cache: TokenCache
    private let lookUps = SingleFlight<LookUp, Caller>()
    /// Counts the news.
    private var generation: UInt64 = 0
    /// Keys whose use is to be noted, and whether a call does that now.
    private var touched: [TouchKeysStatement.Key] = []
    private var isTouching = false
    private let hits = Counter(label: "agentd_token_cache_lookups_total", dimensions: [("result", "hit")])
    private let misses = Counter(label: "agentd_token_cache_lookups_total", dimensions: [("result", "miss")])

    init(signingKeys: SigningKeyRing, singleTenant: TenantID?, cache: TokenCache, clock: Authenticator.Clock) {
        self.signingKeys = signingKeys
        self.singleTenant = singleTenant
        self.cache = cache
        self.clock = clock
    }

    var rememberedTokens: Int { cache.count }

    func forget(_ changes: Set<IdentityChange>) {
        generation &+= 1
        cache.forget(changes)
    }

    /// Whom a token speaks for, if that was found out before and is still believed.
    /// - Parameter unlessDue: Whether one that had better be looked at again is to be passed over.
    func remembered(_ digest: TokenDigest, maximumAge: UInt64, at now: UInt64, unlessDue: Bool) -> Caller? {
        guard
            case .caller(let caller)? = cache.verdict(
                of: digest, maximumAge: maximumAge, at: now, unlessDue: unlessDue, wallClock: clock.wallClock)
        else { return nil }
        hits.increment()
        return caller
    }

    /// - Parameter maximumAge: How long what was found out before is believed, in nanoseconds.
    /// - Throws: `UNAUTHENTICATED` with its reason when the token is no good; what the database says when it is away.
    func caller(
        of token: BearerToken, maximumAge: UInt64, platform: PlatformSession
    ) async throws(ServiceError) -> Caller {
        let digest = token.digest
        let now = clock.uptimeNanoseconds()
        let verdict = cache.verdict(
            of: digest, maximumAge: maximumAge, at: now, unlessDue: true, wallClock: clock.wallClock)
        (verdict == nil ? misses : hits).increment()
        switch verdict {
        case .caller(let caller): return caller
        case .refused(let refusal): throw refusal
        case nil: break
        }
        cache.looksAgain(at: digest, at: now)
        let lookUp = LookUp(digest: digest, generation: generation)
        do {
            return try await lookUps.value(for: lookUp) { () throws(ServiceError) in
                try await look(at: token.bytes, digest: digest, platform: platform)
            }
        } catch {
            // That the database is away is no reason to believe it less than others do.
            guard error.code != .unauthenticated,
                let caller = remembered(
                    digest, maximumAge: maximumAge, at: clock.uptimeNanoseconds(), unlessDue: false)
            else { throw error }
            return caller
        }
    }

    private func look(
        at token: [UInt8], digest: TokenDigest, platform: PlatformSession
    ) async throws(ServiceError) -> Caller {
        let start = (time: clock.uptimeNanoseconds(), generation: generation)
        do {
            let (principal, expireTime) =
                token.starts(with: APIKey.prefix.utf8)
                ? try await holder(ofKey: token, platform: platform)
                : try await subject(ofSigned: token, platform: platform)
            let caller = Caller(principal: principal)
            // News that came meanwhile may be of this very principal.
            if start.generation == generation {
                cache.keep(.caller(caller), of: digest, expireTime: expireTime, at: start.time)
            }
            return caller
        } catch {
            // Only what is known of the token is kept, never that the database was away.
            if error.code == .unauthenticated, start.generation == generation {
                cache.keep(.refused(error), of: digest, expireTime: nil, at: start.time)
            }
            throw error
        }
    }

    private func subject(
        ofSigned token: [UInt8], platform: PlatformSession
    ) async throws(ServiceError) -> (Principal, expireTime: Timestamp?) {
        let subject = try await signingKeys.current.verify(token, at: clock.wallClock())
        // Where there is one tenant alone, a token need not name it.
        guard let tenantID = subject.tenantID ?? singleTenant else { throw .tokenInvalid }
        let statement = FindUserPrincipalStatement(tenantID: tenantID, userID: subject.userID)
        guard let principal = try await platform.run(statement) else { throw .tokenInvalid }
        return (principal, subject.expireTime)
    }

    private func holder(
        ofKey token: [UInt8], platform: PlatformSession
    ) async throws(ServiceError) -> (Principal, expireTime: Timestamp?) {
        guard let key = APIKey(token), let record = try await platform.run(FindKeyStatement(keyID: key.id)),
            equalInConstantTime(record.secretDigest, key.secretDigest)
        else { throw .tokenInvalid }
        guard record.revokeTime == nil else { throw .tokenRevoked }
        if let expireTime = record.expireTime, expireTime <= clock.wallClock() { throw .tokenExpired }
        if record.isToBeTouched { await touch(record, platform: platform) }
        return (record.principal, record.expireTime)
    }

    /// Notes its use, with that of others that come meanwhile: one call waits for that, and the others do not. Where
    /// they come without end, the next call goes on with them.
    private func touch(_ record: KeyRecord, platform: PlatformSession) async {
        touched.append(TouchKeysStatement.Key(tenantID: record.principal.tenantID, id: record.principal.tokenID))
        guard !isTouching else { return }
        isTouching = true
        defer { isTouching = false }
        for _ in 0..<Self.touchesInARow where !touched.isEmpty {
            let keys = touched
            touched = []
            do {
                try await platform.run(TouchKeysStatement(keys))
            } catch {
                // The keys are good; that their use could not be noted is no reason to refuse the call.
                return
            }
        }
    }
}
