internal import Operations
internal import Services

/// What the signing keys are made of. Parts of it change while calls are served, one at a time.
actor SigningKeySource {
    private struct Parts: Equatable {
        var secret: String?
        var keySet: String?
        var issuer: String?
        var audience: String?

        func keys() async throws -> SigningKeys {
            try await SigningKeys(secret: secret, keySet: keySet, issuer: issuer, audience: audience)
        }
    }

    nonisolated let ring: SigningKeyRing
    private var parts: Parts

    init(_ settings: IdentitySettings) async throws {
        parts = Parts(
            secret: settings.secret, keySet: settings.keySet?.text, issuer: settings.issuer,
            audience: settings.audience)
        ring = SigningKeyRing(try await parts.keys())
    }

    /// - Returns: Whether anything is different now. Keys that cannot be used change nothing.
    func exchange(keySet: String) async throws -> Bool { try await exchange { $0.keySet = keySet } }

    /// Takes all but the key set, which is watched for itself.
    func exchange(for settings: IdentitySettings) async throws -> Bool {
        try await exchange { parts in
            parts.secret = settings.secret
            parts.issuer = settings.issuer
            parts.audience = settings.audience
        }
    }

    private func exchange(_ change: (inout Parts) -> Void) async throws -> Bool {
        while true {
            let before = parts
            var after = before
            change(&after)
            guard after != before else { return false }
            let keys = try await after.keys()
            // Another part may have been exchanged while these keys were made.
            guard parts == before else { continue }
            parts = after
            ring.exchange(for: keys)
            return true
        }
    }
}
