internal import AgentdCore

/// What is known of tokens that were looked at before, by their SHA-256. Bounded. News of a revoked token, a
/// deactivated user or a suspended tenant make it forget; what is too old is looked at again, should news get lost.
struct TokenCache {
    enum Verdict {
        /// In its own tenant.
        case caller(Caller)
        case refused(ServiceError)
    }

    /// A class, since one is looked up for every call.
    private final class Entry {
        let verdict: Verdict
        let checkedAt: UInt64
        /// When the token itself ends, by the wall clock.
        let expireTime: Timestamp?
        /// When a call began to look at the token last.
        var lookedAt: UInt64
        /// After which part of the time that it may be believed it is looked at again.
        private let part: Double

        init(verdict: Verdict, of digest: TokenDigest, checkedAt: UInt64, expireTime: Timestamp?) {
            self.verdict = verdict
            self.checkedAt = checkedAt
            self.expireTime = expireTime
            lookedAt = checkedAt
            part = earliestLook + (latestLook - earliestLook) * digest.fraction
        }

        func isDue(maximumAge: UInt64, at now: UInt64) -> Bool {
            Double(now &- lookedAt) >= part * Double(maximumAge)
        }
    }

    /// A token that is good is looked at again before it has to be, by one call, while the others go on: after a half
    /// to three quarters of the time that it may be believed. All that were looked at together would otherwise have to
    /// be looked at together ever again, and everybody would wait for it.
    private static let earliestLook = 0.5
    private static let latestLook = 0.75

    /// How long a refusal is kept: a flood of wrong tokens asks the database seldom, and a new user waits no longer.
    private static let refusalNanoseconds: UInt64 = 2_000_000_000

    /// Apart from each other, so that a flood of wrong tokens does not push out the right ones.
    private var principals: Generations<Entry>
    private var refusals: Generations<Entry>
    /// Which tokens of a tenant are among the principals, so that news concern its own tokens alone.
    private var tokens: [TenantID: Set<TokenDigest>] = [:]

    /// - Parameter capacity: The most tokens kept, of those that are good and of those that are not.
    init(capacity: Int) {
        principals = Generations(capacity: capacity)
        refusals = Generations(capacity: capacity)
    }

    var count: Int { principals.count + refusals.count }

    /// What was found out about the token, or nil when it has to be looked at.
    /// - Parameters:
    ///   - maximumAge: How old it may be, in nanoseconds.
    ///   - unlessDue: Whether one that had better be looked at again is to be passed over.
    func verdict(
        of digest: TokenDigest, maximumAge: UInt64, at now: UInt64, unlessDue: Bool = false,
        wallClock: () -> Timestamp
    ) -> Verdict? {
        if let entry = principals[digest] {
            // A difference that wraps around is a time before the check: that is too far away as well.
            guard now &- entry.checkedAt < maximumAge else { return nil }
            if unlessDue, entry.isDue(maximumAge: maximumAge, at: now) { return nil }
            if let expireTime = entry.expireTime, expireTime <= wallClock() { return nil }
            return entry.verdict
        }
        guard let entry = refusals[digest], now &- entry.checkedAt < min(maximumAge, Self.refusalNanoseconds) else {
            return nil
        }
        return entry.verdict
    }

    /// A call looks at a token again that is still believed: the others go on meanwhile.
    func looksAgain(at digest: TokenDigest, at now: UInt64) { principals[digest]?.lookedAt = now }

    /// Forgets the tokens that the changes concern. It looks at the tokens of their tenants alone, unless the changes
    /// are of no single tenant.
    mutating func forget(_ changes: Set<IdentityChange>) {
        for change in changes {
            switch change {
            case .everything:
                refusals = Generations(capacity: refusals.capacity)
                principals = Generations(capacity: principals.capacity)
                tokens = [:]
            case .signingKeys:
                refusals = Generations(capacity: refusals.capacity)
                for tenant in tokens.keys { forget(in: tenant) { $0.tokenID == Principal.signedTokenID } }
            case .tenant(let tenant): forget(in: tenant) { _ in true }
            case .user(let tenant, let user): forget(in: tenant) { $0.userID == user }
            case .token(let tenant, let token): forget(in: tenant) { $0.tokenID == token }
            }
        }
    }

    private mutating func forget(in tenant: TenantID, where isConcerned: (Principal) -> Bool) {
        for digest in tokens[tenant] ?? [] {
            guard case .caller(let caller)? = principals[digest]?.verdict, isConcerned(caller.principal) else {
                continue
            }
            removePrincipal(digest)
        }
    }

    private mutating func removePrincipal(_ digest: TokenDigest) {
        if let entry = principals.remove(digest) { unlist(digest, entry) }
    }

    private mutating func unlist(_ digest: TokenDigest, _ entry: Entry) {
        guard case .caller(let caller) = entry.verdict else { return }
        tokens[caller.tenantID]?.remove(digest)
        if tokens[caller.tenantID]?.isEmpty == true { tokens[caller.tenantID] = nil }
    }

    /// - Parameter now: When the look began, not when it ended: what happened in between may have been missed.
    mutating func keep(_ verdict: Verdict, of digest: TokenDigest, expireTime: Timestamp?, at now: UInt64) {
        let entry = Entry(verdict: verdict, of: digest, checkedAt: now, expireTime: expireTime)
        switch verdict {
        case .caller(let caller):
            refusals.remove(digest)
            removePrincipal(digest)
            for (gone, entry) in principals.insert(entry, for: digest) { unlist(gone, entry) }
            tokens[caller.tenantID, default: []].insert(digest)
        case .refused:
            removePrincipal(digest)
            refusals.insert(entry, for: digest)
        }
    }
}

/// A dictionary that forgets: when its younger half is full, the older half goes. Nothing is kept for each use, and
/// making room costs no search. An entry that is pushed out is one that has not been written for half a capacity of
/// others.
private struct Generations<Value> {
    let capacity: Int
    private var young: [TokenDigest: Value] = [:]
    private var old: [TokenDigest: Value] = [:]

    init(capacity: Int) { self.capacity = capacity }

    var count: Int { young.count + old.count }

    subscript(_ key: TokenDigest) -> Value? { young[key] ?? old[key] }

    /// - Returns: What was pushed out.
    @discardableResult
    mutating func insert(_ value: Value, for key: TokenDigest) -> [TokenDigest: Value] {
        var gone: [TokenDigest: Value] = [:]
        if young.count >= max(1, capacity / 2), young[key] == nil {
            gone = old
            old = young
            young = [:]
        }
        old[key] = nil
        young[key] = value
        return gone
    }

    @discardableResult
    mutating func remove(_ key: TokenDigest) -> Value? {
        let removed = young.removeValue(forKey: key)
        return old.removeValue(forKey: key) ?? removed
    }
}
