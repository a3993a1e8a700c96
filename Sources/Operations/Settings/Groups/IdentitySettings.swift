/// Which signed tokens are believed, and for how long a verified one is.
package struct IdentitySettings: Sendable {
    /// The key of HS256.
    package let secret: String?
    /// A file with a JSON Web Key Set.
    package let keySet: TextFile?
    package let issuer: String?
    package let audience: String?
    /// Verified tokens that each event loop remembers.
    package let tokenCacheCapacity: Int
    package let tokenRecheckMilliseconds: Int
    /// Whether to listen to what the database tells of changes.
    package let listensToDatabase: Bool

    static let entries = [
        secretSetting.entry, keySetSetting.entry, issuerSetting.entry, audienceSetting.entry, cacheSetting.entry,
        recheckSetting.entry, notificationsSetting.entry,
    ]

    init(_ reader: inout SettingsReader) {
        secret = reader.value(Self.secretSetting)
        keySet = reader.file(Self.keySetSetting)
        issuer = reader.value(Self.issuerSetting)
        audience = reader.value(Self.audienceSetting)
        tokenCacheCapacity = reader.value(Self.cacheSetting)
        tokenRecheckMilliseconds = reader.value(Self.recheckSetting)
        listensToDatabase = reader.value(Self.notificationsSetting)
    }

    /// RFC 7518, section 3.2: a key of HS256 has at least as many bits as its hash.
    private static let secretSetting = Setting.text(
        "AGENTD_JWT_SECRET", secrecy: .secret,
        expected: "at least 32 bytes long, such as the output of `openssl rand -hex 32`", minimumBytes: 32,
        "The secret of signed tokens (JWT) with HS256. Without it and AGENTD_JWKS only API keys are accepted."
    ).changingAtRunTime
    private static let keySetSetting = Setting.text(
        "AGENTD_JWKS", expected: "the path of a file",
        "A file with the public keys of signed tokens (JWT) as a JSON Web Key Set, for ES256, EdDSA and RS256. It is "
            + "read again within seconds of a change, and at once after SIGHUP.")
    private static let issuerSetting = Setting.text(
        "AGENTD_JWT_ISSUER", "What `iss` of a signed token must be. Not checked by default."
    ).changingAtRunTime
    private static let audienceSetting = Setting.text(
        "AGENTD_JWT_AUDIENCE", "What `aud` of a signed token must hold. Not checked by default."
    ).changingAtRunTime
    private static let cacheSetting = Setting.integer(
        "AGENTD_TOKEN_CACHE", 16...1_000_000, fallback: 16_384,
        "Verified tokens that each event loop remembers, so that a call does not look its token up again.")
    private static let recheckSetting = Setting.duration(
        "AGENTD_TOKEN_RECHECK", 100...30_000, fallback: 30_000,
        "How long a verified token is believed before the database is asked again. A token that is revoked stops "
            + "working much sooner, as the database tells every agentd; while that is not heard, it is believed for 2s "
            + "at most.")
    private static let notificationsSetting = Setting.boolean(
        "AGENTD_DB_NOTIFICATIONS", fallback: true,
        "Whether to listen to what the database tells (LISTEN). A connection pooler in between that does not pass that "
            + "on needs false.")
}
