import Testing

internal import AgentdCore
internal import Foundation
internal import Messages
internal import NIOSSL
internal import TestSupport

/// Certificates that a daemon is started with, and those that it is given while it runs.
@Suite("Certificates", .sharedWorld(), .timeLimit(.minutes(3)))
struct CertificateTests {
    private static let configurationError: Int32 = 78

    // MARK: Start

    /// What is wrong with the files of a daemon.
    enum Mistake: CaseIterable {
        case noKey, noCertificate, authoritiesAlone, missingFile, rubbishCertificate, rubbishKey, otherKey
        case lockedKey, expired, rubbishAuthorities

        /// What the daemon says about it.
        var sentence: String {
            switch self {
            case .noKey: "AGENTD_TLS_CERTIFICATE is set and AGENTD_TLS_KEY is not."
            case .noCertificate: "AGENTD_TLS_KEY is set and AGENTD_TLS_CERTIFICATE is not."
            case .authoritiesAlone: "AGENTD_TLS_CLIENT_CA is set and AGENTD_TLS_CERTIFICATE and AGENTD_TLS_KEY are not."
            case .missingFile: "of AGENTD_TLS_KEY cannot be read"
            case .rubbishCertificate: "of AGENTD_TLS_CERTIFICATE holds no certificate in PEM"
            case .rubbishKey: "of AGENTD_TLS_KEY holds no private key in PEM"
            case .otherKey: "of AGENTD_TLS_KEY has a key that does not belong to the first certificate"
            case .lockedKey: "of AGENTD_TLS_KEY has a key with a passphrase"
            case .expired: "of AGENTD_TLS_CERTIFICATE has a certificate that expired on 2020-01-02 00:00:00 UTC"
            case .rubbishAuthorities: "of AGENTD_TLS_CLIENT_CA holds no certificate in PEM"
            }
        }

        func settings(_ keys: Keys) async throws -> [String: String] {
            var settings = keys.settings(isMutual: true)
            let rubbish = "\(keys.folder)/rubbish"
            try Data("-----BEGIN CERTIFICATE-----\nrubbish\n-----END CERTIFICATE-----\n".utf8)
                .write(to: URL(filePath: rubbish))
            switch self {
            case .noKey: settings["AGENTD_TLS_KEY"] = nil
            case .noCertificate: settings["AGENTD_TLS_CERTIFICATE"] = nil
            case .authoritiesAlone: settings = ["AGENTD_TLS_CLIENT_CA": keys.authority.own.certificate]
            case .missingFile: settings["AGENTD_TLS_KEY"] = "\(keys.folder)/nothing"
            case .rubbishCertificate: settings["AGENTD_TLS_CERTIFICATE"] = rubbish
            case .rubbishKey: settings["AGENTD_TLS_KEY"] = rubbish
            case .otherKey: settings["AGENTD_TLS_KEY"] = keys.client.key
            case .lockedKey: settings["AGENTD_TLS_KEY"] = try await keys.authority.lock(keys.server)
            case .expired:
                let expired = try await keys.authority.issueExpired("expired")
                settings["AGENTD_TLS_CERTIFICATE"] = expired.certificate
                settings["AGENTD_TLS_KEY"] = expired.key
            case .rubbishAuthorities: settings["AGENTD_TLS_CLIENT_CA"] = rubbish
            }
            return settings
        }
    }

    @Test(
        "Files that cannot be used are refused at the start by the name of their setting", arguments: Mistake.allCases)
    func mistake(_ mistake: Mistake) async throws {
        try await Keys.with { keys in
            let exit = try await Daemon.refusedStart(
                try World.shared.database, settings: try await mistake.settings(keys))
            #expect(exit.code == Self.configurationError)
            #expect(exit.output.isEmpty)
            #expect(exit.log.contains(mistake.sentence), "\(exit.log)")
        }
    }

    // MARK: Exchange

    /// How the daemon is made to look.
    enum Way: CaseIterable {
        case signal, byItself
    }

    @Test("New certificates are for new connections; those that are open stay", arguments: Way.allCases)
    func exchange(_ way: Way) async throws {
        try await Self.with { world, old, daemon in
            try await Keys.with { new in
                let connection = try await Self.connect(world, old, daemon)
                try await connection.use { connection in
                    let bob = Caller(connection)
                    let agent = try await bob.createAgent("kept")
                    try Self.replace(old.server.certificate, by: new.server.certificate)
                    try Self.replace(old.server.key, by: new.server.key)
                    if way == .signal { daemon.signal(SIGHUP) }
                    try await waitUntil { await Self.connects(world, new, daemon) }
                    let trustsOld = await Self.connects(world, old, daemon)
                    #expect(!trustsOld)
                    let read = try await bob.getAgent(agent.id)
                    #expect(read.name == "kept")
                }
            }
        }
    }

    @Test("A certificate whose key comes later is in force when it has come, and until then the pair from before is")
    func inBetween() async throws {
        try await Self.with { world, old, daemon in
            try await Keys.with { new in
                try Self.replace(old.server.certificate, by: new.server.certificate)
                daemon.signal(SIGHUP)
                try await waitUntil { daemon.log.contains("The new certificates cannot be used yet") }
                #expect(daemon.log.contains("does not belong to the first certificate of the chain"))
                let stillOld = await Self.connects(world, old, daemon)
                #expect(stillOld)
                try Self.replace(old.server.key, by: new.server.key)
                daemon.signal(SIGHUP)
                try await waitUntil { await Self.connects(world, new, daemon) }
                #expect(daemon.log.contains("The certificates were exchanged"))
            }
        }
    }

    @Test(
        "What cannot be used at a second look either changes nothing, and is an error in the log",
        arguments: ["", "rubbish"])
    func unusable(_ text: String) async throws {
        try await Self.with { world, keys, daemon in
            for path in [keys.server.key, keys.server.certificate] {
                try Data(text.utf8).write(to: URL(filePath: path), options: .atomic)
                daemon.signal(SIGHUP)
            }
            try await waitUntil { daemon.log.contains("The new certificates cannot be used yet") }
            // By itself: nobody asks it to look again.
            try await waitUntil { daemon.log.contains(/ERROR .*stay in force until the files change again/) }
            let serves = await Self.connects(world, keys, daemon)
            #expect(serves)
        }
    }

    @Test("The authorities of clients are exchanged too")
    func authorities() async throws {
        try await Self.with(isMutual: true) { world, keys, daemon in
            try await Keys.with { others in
                func serves(_ client: Keys) async throws -> Bool {
                    let environment = client.identity.merging(keys.trust) { $1 }
                        .merging(["AGENTD_ADDRESS": daemon.address]) { $1 }
                    return try await world.agentctl(as: world.bob, "whoami", environment: environment).code == 0
                }
                let before = (try await serves(keys), try await serves(others))
                #expect(before == (true, false))
                // The file of the authorities is also that of the clients' trust in the daemon.
                let text = try Self.text(keys.authority.own.certificate) + Self.text(others.authority.own.certificate)
                try Data(text.utf8).write(to: URL(filePath: keys.authority.own.certificate), options: .atomic)
                daemon.signal(SIGHUP)
                try await waitUntil { try await serves(others) }
                let stays = try await serves(keys)
                #expect(stays)
            }
        }
    }

    // MARK: What the tests do

    private static func with(
        isMutual: Bool = false, _ body: (World, Keys, Daemon) async throws -> Void
    ) async throws {
        try await Keys.with { keys in
            let world = try World.shared
            try await Daemon.with(world.database, settings: keys.settings(isMutual: isMutual)) {
                try await body(world, keys, $0)
            }
        }
    }

    private static func connect(_ world: World, _ keys: Keys, _ daemon: Daemon) async throws -> RawConnection {
        try await RawConnection.open(
            .port(daemon.port, tls: keys.clientContext(["agentd/1"])), token: world.bob.key)
    }

    /// Whether a new connection of somebody who trusts the authority succeeds.
    private static func connects(_ world: World, _ keys: Keys, _ daemon: Daemon) async -> Bool {
        guard let connection = try? await connect(world, keys, daemon) else { return false }
        try? await connection.close()
        return true
    }

    private static func text(_ path: String) throws -> String {
        try String(contentsOf: URL(filePath: path), encoding: .utf8)
    }

    /// As a whole, as whoever exchanges a file should do it.
    private static func replace(_ path: String, by other: String) throws {
        try Data(text(other).utf8).write(to: URL(filePath: path), options: .atomic)
    }
}
