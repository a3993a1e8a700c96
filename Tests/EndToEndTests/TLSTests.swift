import Testing

internal import AgentdCore
internal import Foundation
internal import Messages
internal import NIOSSL
internal import TestSupport

/// A port that is encrypted. The world's own daemon, which is not, is there to compare.
@Suite("TLS", .sharedWorld(), .timeLimit(.minutes(3)))
struct TLSTests {
    private static let noConnection: Int32 = 69

    // MARK: Calls

    @Test("agentctl calls, with what it needs from flags, from the environment or from its file")
    func agentctl() async throws {
        try await Self.with { world, keys, daemon in
            let address = ["AGENTD_ADDRESS": daemon.address]
            let authority = keys.authority.own.certificate
            let flags = try await world.agentctl(
                as: world.bob, "whoami", "--tls", "--ca", authority, environment: address)
            #expect(flags.success().contains("bob@acme.example"))
            let variables = try await world.agentctl(
                as: world.bob, "whoami", environment: address.merging(keys.trust) { $1 })
            #expect(variables.success().contains("bob@acme.example"))

            let folder = "\(keys.folder)/agentd"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            let file = #"{"address": "localhost:\#(daemon.port)", "tls": true, "ca_file": "\#(authority)"}"#
            try Data(file.utf8).write(to: URL(filePath: "\(folder)/agentctl.json"))
            let configured = try await Program.run(
                "agentctl", ["whoami"],
                environment: ["XDG_CONFIG_HOME": keys.folder, "AGENTD_TOKEN": world.bob.key])
            #expect(configured.success().contains("bob@acme.example"))
        }
    }

    @Test("So do `agentd health` and agentload")
    func otherPrograms() async throws {
        try await Self.with { world, keys, daemon in
            let environment = keys.trust.merging(["AGENTD_ADDRESS": daemon.address]) { $1 }
            let health = try await Program.run(
                "agentd", ["health", "--connect-timeout", "30s"], environment: environment)
            #expect(health.success() == "status: SERVING\n")

            try await world.speak(as: world.bob) { _ = try await $0.createAgent("under load") }
            let list = "\(keys.folder)/keys"
            try Data(world.bob.key.utf8).write(to: URL(filePath: list))
            for door in ["framed", "grpc"] {
                let load = try await Program.run(
                    "agentload",
                    ["--address", daemon.address, "--keys", list, "--duration", "1", "--warm-up", "0"]
                        + ["--door", door, "--ca", keys.authority.own.certificate])
                #expect(load.success().contains("get over the \(door) door"))
            }
        }
    }

    @Test(
        "Both doors are found by the protocol that the handshake agrees on, and without one by the first byte",
        arguments: [(Door.framed, "agentd/1"), (.grpc, "h2")], [true, false])
    func doors(door: (kind: Door, name: String), isNegotiated: Bool) async throws {
        try await Self.with { world, keys, daemon in
            let context = try keys.clientContext(isNegotiated ? [door.name] : [])
            let connection = try await door.kind.open(.port(daemon.port, tls: context), token: world.bob.key)
            try await connection.use { connection in
                let bob = Caller(connection)
                let agent = try await bob.createAgent("encrypted")
                let read = try await bob.getAgent(agent.id)
                #expect(read.name == "encrypted")
            }
        }
    }

    @Test("A client of its own kind is offered HTTP/2 first, and none before TLS 1.2")
    func handshake() async throws {
        try await Self.with { _, keys, daemon in
            let common = ["s_client", "-connect", daemon.address, "-CAfile", keys.authority.own.certificate]
            let both = try await Program.run("/usr/bin/openssl", common + ["-alpn", "agentd/1,h2"])
            #expect(both.output.contains("ALPN protocol: h2"), "\(both.output)\(both.log)")
            #expect(both.output.contains("TLSv1.3") && both.output.contains("Verify return code: 0 (ok)"))
            let older = try await Program.run("/usr/bin/openssl", common + ["-tls1_2"])
            #expect(older.output.contains("TLSv1.2") && older.output.contains("ECDHE-ECDSA-AES"), "\(older.output)")

            let tooOld = try keys.clientContext(upTo: .tlsv11)
            await #expect(throws: (any Error).self) {
                let connection = try await RawConnection.open(.port(daemon.port, tls: tooOld))
                try await connection.send(.hello(version: 1, headers: []))
                guard try await connection.next() != nil else { throw RawConnection.Closed() }
            }
        }
    }

    // MARK: What goes wrong

    @Test("agentctl says what is wrong with the encryption, and how to mend it")
    func mistakes() async throws {
        try await Self.with(names: "DNS:agentd.example") { world, keys, daemon in
            func health(_ arguments: String..., at address: String) async throws -> Daemon.Exit {
                try await world.agentctl(token: nil, ["health", "--address", address] + arguments)
            }
            let ca = keys.authority.own.certificate
            try await health(at: daemon.address)
                .expectFailure(Self.noConnection, "speaks TLS", "hint: ", "use --tls")
            try await health("--tls", "--ca", keys.client.certificate, at: daemon.address)
                .expectFailure(Self.noConnection, "no authority that is trusted here", "hint: ", "--ca")
            try await health("--ca", ca, at: daemon.address)
                .expectFailure(Self.noConnection, "not for the name", "hint: ", "--server-name")
            let named = try await health("--ca", ca, "--server-name", "agentd.example", at: daemon.address)
            #expect(named.success() == "SERVING\n")
            try await health("--ca", ca, at: world.daemon.address)
                .expectFailure(Self.noConnection, "TLS", "hint: ", "leave out --tls")
            try await health("--ca", "/nonexistent", at: daemon.address)
                .expectFailure(64, "--ca is the file /nonexistent, which cannot be read")
            try await health("--ca", ca, "--cert", ca, at: daemon.address).expectFailure(64, "--key is missing")
        }
    }

    @Test("Who names a name means it alone, whatever address is in the certificate")
    func serverName() async throws {
        try await Self.with(names: "DNS:agentd.example,DNS:*.agentd.example,IP:127.0.0.1") { world, keys, daemon in
            func health(_ name: String?) async throws -> Daemon.Exit {
                let named = name.map { ["--server-name", $0] } ?? []
                return try await world.agentctl(
                    token: nil,
                    ["health", "--address", daemon.address, "--ca", keys.authority.own.certificate] + named)
            }
            for name in [nil, "agentd.example", "AGENTD.example", "one.agentd.example"] {
                #expect(try await health(name).success() == "SERVING\n")
            }
            for name in ["other.example", "one.two.agentd.example", "example"] {
                try await health(name).expectFailure(Self.noConnection, "not for the name", "hint: ", "--server-name")
            }
        }
    }

    @Test("With mutual TLS only a client with a certificate of the authority comes in")
    func mutual() async throws {
        try await Self.with(isMutual: true) { world, keys, daemon in
            func whoAmI(_ environment: [String: String]) async throws -> Daemon.Exit {
                let address = ["AGENTD_ADDRESS": daemon.address]
                return try await world.agentctl(
                    as: world.bob, "whoami", environment: environment.merging(address) { $1 })
            }
            #expect(try await whoAmI(keys.identity).success().contains("bob@acme.example"))
            try await whoAmI(keys.trust).expectFailure(
                Self.noConnection, "it asks for a certificate of the client", "hint: ", "--cert and --key")
            try await Keys.with { others in
                let stranger = others.identity.merging(keys.trust) { $1 }
                try await whoAmI(stranger).expectFailure(
                    Self.noConnection, "it does not accept the certificate of this client", "AGENTD_TLS_CLIENT_CA")
            }
            // Who gets in is still nobody without a token.
            let address = ["AGENTD_ADDRESS": daemon.address]
            try await world.agentctl(as: nil, "whoami", environment: keys.identity.merging(address) { $1 })
                .expectFailure(1, "TOKEN_MISSING")
        }
    }

    @Test("Plain text and rubbish are refused without harm to others")
    func plainText() async throws {
        try await Self.with { world, keys, daemon in
            let context = try keys.clientContext(["agentd/1"])
            let connection = try await RawConnection.open(.port(daemon.port, tls: context), token: world.bob.key)
            try await connection.use { connection in
                let bob = Caller(connection)
                let agent = try await bob.createAgent("undisturbed")
                // A record of TLS that is longer than records may be, one that ends, text, and nothing.
                for bytes in [
                    [22, 3, 1, 0xFF, 0xFF] + [UInt8](repeating: 1, count: 100), [22, 3, 1], [], [0, 0, 0, 0, 9],
                ] {
                    let peer = try await RawConnection.open(daemon.port)
                    // The daemon may have ended the connection already.
                    try? await peer.send(bytes: bytes)
                    try? await peer.closeOutput()
                    while try await peer.next() != nil {}
                    let read = try await bob.getAgent(agent.id)
                    #expect(read.name == "undisturbed")
                }
            }
        }
    }

    @Test(
        "A handshake that does not end is closed in the time for a first frame, and others do not wait for it",
        arguments: [[], [22], [22, 3, 1, 2, 0, 1]] as [[UInt8]])
    func silence(bytes: [UInt8]) async throws {
        try await Self.with(settings: ["AGENTD_FRAME_TIMEOUT": "300ms"]) { world, keys, daemon in
            let clock = ContinuousClock()
            let start = clock.now
            var peers: [RawConnection] = []
            for _ in 0..<50 {
                let peer = try await RawConnection.open(daemon.port)
                if !bytes.isEmpty { try await peer.send(bytes: bytes) }
                peers.append(peer)
            }
            let context = try keys.clientContext(["agentd/1"])
            try await RawConnection.open(.port(daemon.port, tls: context), token: world.bob.key).use { connection in
                _ = try await Caller(connection).createAgent("in between")
            }
            for peer in peers { while try await peer.next() != nil {} }
            // One second more is what a closing connection gives its peer to say that it has heard so.
            #expect(clock.now - start < .seconds(10))
        }
    }

    @Test("A daemon that stops tells its encrypted connections, and does not wait for a peer that says nothing")
    func stop() async throws {
        try await Keys.with { keys in
            let world = try World.shared
            let daemon = try await Daemon.start(world.database, settings: keys.settings())
            let context = try keys.clientContext(["agentd/1"])
            let connection = try await RawConnection.open(.port(daemon.port, tls: context), token: world.bob.key)
            try await connection.use { connection in
                let silent = try await RawConnection.open(daemon.port)
                try await silent.use { _ in
                    daemon.signal(SIGTERM)
                    let end = try await connection.goAway()
                    #expect(end.reason == "DRAINING")
                    let code = await daemon.exitCode()
                    #expect(code == 0)
                }
            }
        }
    }

    private static func with(
        names: String = "DNS:localhost,IP:127.0.0.1", isMutual: Bool = false, settings: [String: String] = [:],
        _ body: (World, Keys, Daemon) async throws -> Void
    ) async throws {
        try await Keys.with(names: names) { keys in
            let world = try World.shared
            let all = keys.settings(isMutual: isMutual).merging(settings) { $1 }
            try await Daemon.with(world.database, settings: all) { try await body(world, keys, $0) }
        }
    }
}
