internal import AgentdCore

/// What is known of tokens that were looked at before, by their SHA-256. Bounded. News of a revoked token, a
/// deactivated user or a suspended tenant make it forget; what is too old is looked at again, should news get lost.
struct TokenCache {
    enum Verdict {
        case principal(Principal)
        case refused(ServiceError)
    }

    private struct Entry {
        let verdict: Verdict
        let checkedAt: UInt64
        /// When the token itself ends, by the wall clock.
        let expireTime: Timestamp?
    }

    /// How long a refusal is kept: a flood of wrong tokens asks the database seldom, and a new user waits no longer.
    private static let refusalNanoseconds: UInt64 = 2_000_000_000

    /// Apart from each other, so that a flood of wrong tokens does not push out the right ones.
    private var principals: Generations<Entry>
    private var refusals: Generations<Entry>

    /// - Parameter capacity: The most tokens kept, of those that are good and of those that are not.
    init(capacity: Int) {
        principals = Generations(capacity: capacity)
        refusals = Generations(capacity: capacity)
    }

    /// What was found out about the token, or nil when it has to be looked at.
    /// - Parameter maximumAge: How old it may be, in nanoseconds.
    func verdict(
        of digest: [UInt8], maximumAge: UInt64, at now: UInt64, wallClock: () -> Timestamp
    ) -> Verdict? {
        if let entry = principals[digest] {
            // A difference that wraps around is a time before the check: that is too far away as well.
            guard now &- entry.checkedAt < maximumAge else { return nil }
            if let expireTime = entry.expireTime, expireTime <= wallClock() { return nil }
            return entry.verdict
        }
        guard let entry = refusals[digest], now &- entry.checkedAt < min(maximumAge, Self.refusalNanoseconds) else {
            return nil
        }
        return entry.verdict
    }

    /// Forgets the tokens that the changes concern. Looks at every token, which is why changes come in batches.
    mutating func forget(_ changes: Set<IdentityChange>) {
        if changes.contains(.everything) || changes.contains(.signingKeys) { refusals.removeAll { _ in true } }
        principals.removeAll { entry in
            guard case .principal(let principal) = entry.verdict else { return true }
            return changes.contains(.everything) || changes.contains(.tenant(principal.tenantID))
                || changes.contains(.user(principal.tenantID, principal.userID))
                || changes.contains(.token(principal.tenantID, principal.tokenID))
                || principal.tokenID == Principal.signedTokenID && changes.contains(.signingKeys)
        }
    }

    /// - Parameter now: When the look began, not when it ended: what happened in between may have been missed.
    mutating func keep(_ verdict: Verdict, of digest: [UInt8], expireTime: Timestamp?, at now: UInt64) {
        let entry = Entry(verdict: verdict, checkedAt: now, expireTime: expireTime)
        switch verdict {
        case .principal:
            refusals.remove(digest)
            principals.insert(entry, for: digest)
        case .refused:
            principals.remove(digest)
            refusals.insert(entry, for: digest)
        }
    }
}

/// A dictionary that forgets: when its younger half is full, the older half goes. Nothing is kept for each use, and
/// making room costs no search. An entry that is pushed out is one that has not been written for half a capacity of
/// others.
private struct Generations<Value> {
    private let half: Int
    private var young: [[UInt8]: Value] = [:]
    private var old: [[UInt8]: Value] = [:]

    init(capacity: Int) { half = max(1, capacity / 2) }

    subscript(_ key: [UInt8]) -> Value? { young[key] ?? old[key] }

    mutating func insert(_ value: Value, for key: [UInt8]) {
        if young.count >= half, young[key] == nil {
            old = young
            young = [:]
        }
        young[key] = value
    }

    mutating func removeAll(where isToGo: (Value) -> Bool) {
        young = young.filter { !isToGo($0.value) }
        old = old.filter { !isToGo($0.value) }
    }

    mutating func remove(_ key: [UInt8]) {
        young[key] = nil
        old[key] = nil
    }
}
