/// Something changed that a verified token depends on: what was remembered of it must be looked up again. The text is
/// what replicas tell each other through the database.
package enum IdentityChange: Sendable, Hashable, CustomStringConvertible {
    /// Its state, features, limits or settings.
    case tenant(TenantID)
    /// Its role, or whether it is active.
    case user(TenantID, Int64)
    /// It was revoked.
    case token(TenantID, String)
    /// The keys of signed tokens.
    case signingKeys
    /// Nobody knows what: some changes may have been missed.
    case everything

    package var description: String {
        switch self {
        case .tenant(let tenant): "tenant \(tenant)"
        case .user(let tenant, let user): "user \(tenant) \(user)"
        case .token(let tenant, let token): "token \(tenant) \(token)"
        case .signingKeys: "signing_keys"
        case .everything: "everything"
        }
    }

    /// Nil for a text that is none, as one of a later version may be.
    package init?(_ text: String) {
        let words = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        let tenant = words.count > 1 ? UUIDValue(words[1]).map { TenantID($0) } : nil
        switch (words[0], words.count, tenant) {
        case ("tenant", 2, let tenant?): self = .tenant(tenant)
        case ("user", 3, let tenant?):
            guard let user = Int64(words[2]) else { return nil }
            self = .user(tenant, user)
        case ("token", 3, let tenant?): self = .token(tenant, words[2])
        case ("signing_keys", 1, _): self = .signingKeys
        case ("everything", 1, _): self = .everything
        default: return nil
        }
    }
}
