internal import AgentdCore
internal import Logging
internal import Operations
internal import ServiceLifecycle
internal import Services
internal import Storage

/// What the daemon as a whole knows of who may call: the signing keys, and the news of what has changed.
struct DaemonIdentity: Sendable {
    let signingKeys: SigningKeyRing
    let news = IdentityNews()
    private let settings: IdentitySettings
    private let logger: Logger

    init(_ settings: IdentitySettings, logger: Logger) async throws {
        do {
            signingKeys = SigningKeyRing(try await Self.keys(settings, keySet: settings.keySet?.text))
        } catch {
            throw Failure(
                .configuration, "AGENTD_JWKS cannot be used: \(error). It must be a JSON Web Key Set (RFC 7517).")
        }
        self.settings = settings
        self.logger = logger
    }

    private static func keys(_ settings: IdentitySettings, keySet: String?) async throws -> SigningKeys {
        try await SigningKeys(
            secret: settings.secret, keySet: keySet, issuer: settings.issuer, audience: settings.audience)
    }

    /// What keeps both up to date while calls are served.
    func services(database: DaemonDatabase, reload: ReloadSignal) -> [any Service] {
        var services: [any Service] = []
        if settings.listensToDatabase {
            services.append(
                IdentityListener(
                    feed: IdentityChangeFeed(platformConninfo: database.platform),
                    announce: { [news] in await news.announce($0) }, setHeard: { [news] in news.setHeard($0) },
                    logger: logger))
        }
        if let keySet = settings.keySet {
            services.append(
                FileWatch(path: keySet.path, text: keySet.text, requests: reload.requests, logger: logger) {
                    await exchangeKeys(for: $0)
                })
        }
        return services
    }

    /// Keys that cannot be used change nothing: those that are in force stay.
    private func exchangeKeys(for keySet: String) async {
        do {
            signingKeys.exchange(for: try await Self.keys(settings, keySet: keySet))
            await news.announce([.signingKeys])
            logger.notice("The signing keys of AGENTD_JWKS were exchanged")
        } catch {
            logger.error(
                "The new text of AGENTD_JWKS cannot be used; the keys from before stay in force",
                metadata: ["reason": "\(error)"])
        }
    }
}
