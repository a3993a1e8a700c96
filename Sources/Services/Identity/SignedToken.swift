internal import FoundationEssentials
internal import JWTKit

/// A signed token in its compact form (RFC 7515, section 7.1), read before anything in it is believed: strictly, so
/// that nobody can understand it in another way than this daemon does.
struct SignedToken {
    /// The protected header.
    struct Header: Decodable {
        let alg: String
        let kid: String?
        /// Extensions that must be understood (RFC 7515, section 4.1.11); none is.
        let crit: [String]?
    }

    let header: Header

    /// Nil unless there are three parts in canonical base64url, and the first two are JSON objects without a repeated
    /// name.
    init?(_ token: [UInt8]) {
        let parts = token.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3, let header = Base64URL.bytes(parts[0]), let claims = Base64URL.bytes(parts[1]),
            let signature = Base64URL.bytes(parts[2]), !signature.isEmpty, Self.isUnambiguous(header),
            Self.isUnambiguous(claims), let read = try? JSONDecoder().decode(Header.self, from: Data(header)),
            read.crit == nil
        else { return nil }
        self.header = read
    }

    /// Names must be unique (RFC 7519, section 4). One with an escape sequence could be another one in disguise, and no
    /// claim needs any.
    private static func isUnambiguous(_ object: [UInt8]) -> Bool {
        guard let names = try? JSONObjectScanner.names(ofObject: object) else { return false }
        return Set(names).count == names.count && !names.contains { $0.contains(UInt8(ascii: "\\")) }
    }
}

/// The claims of a signed token that this daemon looks at. Their types are checked here, their values by `SigningKeys`.
struct TokenClaims: JWTPayload {
    enum CodingKeys: String, CodingKey {
        case sub, exp, nbf, iss, aud
        case tenantID = "tenant_id"
    }

    let sub: String
    let tenantID: String?
    /// Seconds since 1970, perhaps with a fraction (RFC 7519, section 2).
    let exp: Double
    let nbf: Double?
    let iss: String?
    let aud: Audience?

    func verify(using algorithm: some JWTAlgorithm) throws {}

    /// One audience or several.
    struct Audience: Codable, Sendable {
        let values: [String]

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            values = try (try? [container.decode(String.self)]) ?? container.decode([String].self)
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            try container.encode(values)
        }
    }
}
