import Testing

internal import AgentdCore
internal import Crypto
internal import Foundation
internal import Messages
internal import TestSupport

/// Keys of signed tokens are exchanged while calls are served.
@Suite("Rotation of signing keys", .timeLimit(.minutes(2)))
struct SigningKeyRotationTests {
    private let old = Curve25519.Signing.PrivateKey()
    private let new = Curve25519.Signing.PrivateKey()

    /// How the daemon is made to look.
    enum Way: CaseIterable {
        case signal, byItself
    }

    @Test("A new key is believed and one that was taken away is not, without a restart", arguments: Way.allCases)
    func rotation(_ way: Way) async throws {
        try await withDaemon { world, file in
            try await RawConnection.with(world.daemon.port) { connection in
                let caller = Caller(connection)
                let oldHeaders = try Self.headers(world.bob, old, "old")
                let newHeaders = try Self.headers(world.bob, new, "new")
                _ = try await caller.whoAmI(oldHeaders)
                await expectRefusal(.unauthenticated, "TOKEN_INVALID") { try await caller.whoAmI(newHeaders) }

                try Self.write([("old", old), ("new", new)], to: file)
                if way == .signal { world.daemon.signal(SIGHUP) }
                try await waitUntil { await Self.isServed(caller, newHeaders) }
                _ = try await caller.whoAmI(oldHeaders)

                try Self.write([("new", new)], to: file)
                if way == .signal { world.daemon.signal(SIGHUP) }
                try await waitUntil { await !Self.isServed(caller, oldHeaders) }
                await expectRefusal(.unauthenticated, "TOKEN_INVALID") { try await caller.whoAmI(oldHeaders) }
                _ = try await caller.whoAmI(newHeaders)
            }
        }
    }

    @Test(
        "A key set that cannot be used changes nothing, and the log says so", arguments: ["", "{}x", "{\"keys\": 7}"])
    func unusable(_ text: String) async throws {
        try await withDaemon { world, file in
            try await RawConnection.with(world.daemon.port) { connection in
                let caller = Caller(connection)
                let headers = try Self.headers(world.bob, old, "old")
                _ = try await caller.whoAmI(headers)
                try Data(text.utf8).write(to: URL(filePath: file))
                world.daemon.signal(SIGHUP)
                try await waitUntil { world.daemon.log.contains("the keys from before stay in force") }
                _ = try await caller.whoAmI(headers)
            }
        }
    }

    @Test("SIGHUP does not end a daemon without a key set")
    func signalWithoutKeys() async throws {
        try await World.with { world in
            world.daemon.signal(SIGHUP)
            try await world.speak(as: world.bob) { bob in
                for _ in 0..<20 { _ = try await bob.whoAmI([]) }
            }
        }
    }

    private func withDaemon(_ body: (World, String) async throws -> Void) async throws {
        try await TemporaryFolder.with { folder in
            let file = "\(folder)/jwks.json"
            try Self.write([("old", old)], to: file)
            try await World.with(settings: ["AGENTD_JWKS": file]) { try await body($0, file) }
        }
    }

    private static func headers(
        _ person: World.Person, _ key: Curve25519.Signing.PrivateKey, _ keyID: String
    ) throws -> [Header] {
        [Header("authorization", "Bearer \(try TestToken(person).signed(key: key, keyID: keyID))")]
    }

    private static func isServed(_ caller: Caller, _ headers: [Header]) async -> Bool {
        (try? await caller.whoAmI(headers)) != nil
    }

    /// Replaced as a whole, as whoever exchanges keys should do it.
    private static func write(_ keys: [(String, Curve25519.Signing.PrivateKey)], to file: String) throws {
        try Data(TestToken.keySet(keys.map { ($0.1.publicKey, $0.0) }).utf8)
            .write(to: URL(filePath: file), options: .atomic)
    }
}

extension Caller {
    fileprivate func whoAmI(_ headers: [Header]) async throws -> WhoAmIResponse {
        try await call("UserService/WhoAmI", WhoAmIRequest(), headers: headers)
    }
}
