internal import AgentdCore
internal import Logging
internal import Operations
internal import ServiceLifecycle
internal import Services
internal import Storage

/// What the daemon as a whole knows of who may call: the signing keys, and the news of what has changed.
struct DaemonIdentity: Sendable {
    var signingKeys: SigningKeyRing { source.ring }
    let news = IdentityNews()
    private let source: SigningKeySource
    private let settings: IdentitySettings
    private let logger: Logger

    init(_ settings: IdentitySettings, logger: Logger) async throws {
        do {
            source = try await SigningKeySource(settings)
        } catch {
            throw Failure(
                .configuration, "AGENTD_JWKS cannot be used: \(error). It must be a JSON Web Key Set (RFC 7517).")
        }
        self.settings = settings
        self.logger = logger
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
                FileWatch([keySet], requests: reload.requests(), logger: logger) { files in
                    for keySet in files { await exchangeKeys(for: keySet.text) }
                    return .settled
                })
        }
        return services
    }

    /// Takes over the secret of signed tokens and whom they must come from and be for.
    func exchangeSettings(for settings: IdentitySettings) async throws {
        if try await source.exchange(for: settings) { await news.announce([.signingKeys]) }
    }

    /// Keys that cannot be used change nothing: those that are in force stay.
    private func exchangeKeys(for keySet: String) async {
        do {
            guard try await source.exchange(keySet: keySet) else { return }
            await news.announce([.signingKeys])
            logger.notice("The signing keys of AGENTD_JWKS were exchanged")
        } catch {
            logger.error(
                "The new text of AGENTD_JWKS cannot be used; the keys from before stay in force",
                metadata: ["reason": "\(error)"])
        }
    }
}
