package import AgentdCore
internal import FoundationEssentials
internal import JWTKit

/// The keys that sign tokens (JWT, RFC 7519), and what a signed token must claim. A key is bound to one algorithm; the
/// token's header chooses among the keys, never the algorithm of a key.
package struct SigningKeys: Sendable {
    /// How far clocks may be apart.
    private static let skewMicroseconds: Int64 = 60_000_000
    /// RFC 7518, section 3.2: a key of HS256 has at least the size of the hash.
    private static let minimumSecretBytes = 32
    /// The end of the year 9999, in seconds since 1970: later times cannot be kept, and mean nothing.
    private static let latestSeconds = 253_402_300_799.0

    /// Settings that cannot be used, in words for an operator.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    /// Whom a token that was verified speaks for.
    package struct Subject: Sendable, Equatable {
        /// Nil when the token names none.
        package let tenantID: TenantID?
        package let userID: Int64
        /// When it ends, with the allowance for the clocks.
        package let expireTime: Timestamp
    }

    private struct Key: Sendable {
        let algorithm: String
        let keyID: String?
        let collection: JWTKeyCollection
    }

    private let keys: [Key]
    private let issuer: String?
    private let audience: String?

    /// - Parameters:
    ///   - secret: Of HS256, for tokens without a key id.
    ///   - keySet: The text of a JWKS (RFC 7517).
    ///   - issuer: What `iss` must be, when set.
    ///   - audience: What `aud` must hold, when set.
    /// - Throws: `Failure`.
    package init(secret: String?, keySet: String?, issuer: String?, audience: String?) async throws {
        var keys: [Key] = []
        if let secret {
            guard secret.utf8.count >= Self.minimumSecretBytes else {
                throw Failure(description: "a secret of HS256 must have at least \(Self.minimumSecretBytes) bytes")
            }
            let collection = JWTKeyCollection()
            await collection.add(hmac: HMACKey(from: secret), digestAlgorithm: .sha256)
            keys.append(Key(algorithm: "HS256", keyID: nil, collection: collection))
        }
        if let keySet { keys += try await Self.keys(of: keySet) }
        self.keys = keys
        self.issuer = issuer
        self.audience = audience
    }

    /// Verifies signature and claims.
    /// - Throws: `TOKEN_INVALID` or `TOKEN_EXPIRED`.
    package func verify(_ token: [UInt8], at now: Timestamp) async throws(ServiceError) -> Subject {
        guard let key = SignedToken(token).flatMap({ key(for: $0.header) }) else { throw .tokenInvalid }
        let claims: TokenClaims
        do {
            claims = try await key.collection.verify(token, as: TokenClaims.self)
        } catch {
            throw .tokenInvalid
        }
        return try subject(of: claims, at: now)
    }

    private func key(for header: SignedToken.Header) -> Key? {
        let suitable = keys.filter { $0.algorithm == header.alg }
        if let keyID = header.kid { return suitable.first { $0.keyID == keyID } }
        // Without a key id there must be no doubt which key is meant.
        return suitable.first { $0.keyID == nil } ?? (suitable.count == 1 ? suitable.first : nil)
    }

    private func subject(of claims: TokenClaims, at now: Timestamp) throws(ServiceError) -> Subject {
        guard let end = Self.time(claims.exp) else { throw .tokenInvalid }
        let expireTime = Timestamp(microseconds: end.microseconds + Self.skewMicroseconds)
        guard expireTime > now else { throw .tokenExpired }
        if let notBefore = claims.nbf {
            guard let start = Self.time(notBefore), start.microseconds - Self.skewMicroseconds <= now.microseconds
            else {
                throw .tokenInvalid
            }
        }
        if let issuer, claims.iss != issuer { throw .tokenInvalid }
        if let audience, claims.aud?.values.contains(audience) != true { throw .tokenInvalid }
        guard let userID = Int64(claims.sub), userID > 0, "\(userID)" == claims.sub else { throw .tokenInvalid }
        let tenant = claims.tenantID.map { UUIDValue($0).map { TenantID($0) } }
        if let tenant, tenant == nil { throw .tokenInvalid }
        return Subject(tenantID: tenant ?? nil, userID: userID, expireTime: expireTime)
    }

    private static func time(_ seconds: Double) -> Timestamp? {
        guard seconds >= 0, seconds <= latestSeconds else { return nil }
        return Timestamp(microseconds: Int64(seconds * 1_000_000))
    }
}

// MARK: Key sets

extension SigningKeys {
    private static func keys(of keySet: String) async throws -> [Key] {
        let set: JWKS
        do {
            set = try JSONDecoder().decode(JWKS.self, from: Data(keySet.utf8))
        } catch {
            throw Failure(description: "it is not a JSON Web Key Set (RFC 7517) with keys of the types RSA, EC and OKP")
        }
        guard !set.keys.isEmpty else { throw Failure(description: "it holds no key, so that no token would be valid") }
        var keys: [Key] = []
        for (index, var key) in set.keys.enumerated() {
            let place = "key \(index + 1)"
            guard let keyID = key.keyIdentifier?.string else { throw Failure(description: "\(place) has no `kid`") }
            guard let algorithm = algorithm(of: key.keyType), key.algorithm == nil || key.algorithm == algorithm else {
                throw Failure(
                    description:
                        "\(place) (\(keyID)) is for another algorithm than RS256 (RSA), ES256 (EC) or EdDSA (OKP)"
                )
            }
            guard !keys.contains(where: { $0.keyID == keyID }) else {
                throw Failure(description: "\(place) has the same `kid` as another one, \(keyID)")
            }
            // Set, so that the library can never take the algorithm from a token.
            key.algorithm = algorithm
            let collection = JWTKeyCollection()
            do {
                try await collection.add(jwk: key, isDefault: true)
            } catch {
                throw Failure(description: "\(place) (\(keyID)) cannot be used: \(error)")
            }
            keys.append(Key(algorithm: algorithm.rawValue, keyID: keyID, collection: collection))
        }
        return keys
    }

    /// The one algorithm that a type of key is used for here.
    private static func algorithm(of type: JWK.KeyType) -> JWK.Algorithm? {
        switch type {
        case .rsa: .rs256
        case .ecdsa: .es256
        case .octetKeyPair: .eddsa
        default: nil
        }
    }
}

extension ServiceError {
    static let tokenMissing = ServiceError(
        .tokenMissing, "The call needs a token in the header `authorization: Bearer <token>`.")
    static let tokenInvalid = ServiceError(.tokenInvalid, "The token is not valid.")
    static let tokenExpired = ServiceError(.tokenExpired, "The token has expired.")
    static let tokenRevoked = ServiceError(.tokenRevoked, "The token was revoked.")
}
