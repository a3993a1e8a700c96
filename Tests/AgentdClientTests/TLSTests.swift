internal import AgentdClient
internal import Foundation
internal import NIOSSL
internal import TestSupport
import Testing

@Suite("Encrypted connections", .timeLimit(.minutes(1)))
struct TLSTests {
    @Test("A call over TLS, whether the daemon is called by name or by address", arguments: ["localhost", "127.0.0.1"])
    func call(host: String) async throws {
        try await Keys.with { keys in
            let server = try await FrameServer.start(tls: keys.serverContext())
            try await Self.expectAnswer(server, try keys.tls()) { $0.endpoint = .tcp(host: host, port: server.port) }
        }
    }

    @Test("The framed protocol is offered by its name")
    func applicationProtocol() async throws {
        try await Keys.with { keys in
            let server = try await FrameServer.start(tls: keys.serverContext())
            let connection = try await Self.expectAnswer(server, try keys.tls())
            #expect(connection.applicationProtocol == "agentd/1")
        }
    }

    @Test("A call over a unix-domain socket, in plain text and encrypted", arguments: [false, true])
    func socket(isEncrypted: Bool) async throws {
        try await Keys.with { keys in
            let path = "\(keys.folder)/s"
            let server = try await FrameServer.start(path: path, tls: isEncrypted ? keys.serverContext() : nil)
            try await Self.expectAnswer(server, isEncrypted ? try keys.tls() : nil) { $0.endpoint = .unix(path: path) }
        }
    }

    @Test("Nobody at a unix-domain socket is a connection failure that names it")
    func noSocket() async throws {
        let client = AgentdClient.of(port: 1) {
            $0.endpoint = .unix(path: "/nonexistent/socket")
            $0.retries = .never
        }
        let failure = try await failure { () throws(AgentdError) in try await client.getAgent(id: 1) }
        #expect(failure.connectionFailure == .unreachable)
        #expect(failure.message == "Cannot connect to unix:/nonexistent/socket: no such file or directory.")
    }

    // MARK: Whom the client trusts

    @Test("A certificate of an authority that is not trusted is refused, and not tried again")
    func authority() async throws {
        try await Keys.with { keys in
            try await Keys.with { others in
                let server = try await FrameServer.start(tls: keys.serverContext())
                for tls in [try others.tls(), try Self.systemTrust()].compactMap(\.self) {
                    let failure = try await Self.refusal(server, tls)
                    #expect(failure.connectionFailure == .certificateNotTrusted, "\(failure)")
                    #expect(failure.message.contains("signed by no authority that is trusted here"))
                }
            }
        }
    }

    @Test("A certificate that has expired is refused")
    func expired() async throws {
        try await Keys.with { keys in
            let expired = try await keys.authority.issueExpired("expired")
            let server = try await FrameServer.start(tls: keys.serverContext(expired))
            let failure = try await Self.refusal(server, try keys.tls())
            #expect(failure.connectionFailure == .certificateNotTrusted, "\(failure)")
        }
    }

    @Test(
        "A certificate must be for the name by which the daemon is called",
        arguments: [
            ("DNS:agentd.example", nil, false), ("DNS:agentd.example", "agentd.example", true),
            ("DNS:localhost", nil, false), ("IP:127.0.0.1", nil, true), ("IP:127.0.0.2", nil, false),
            ("DNS:*.example", "agentd.example", true),
        ] as [(String, String?, Bool)])
    func name(names: String, expected: String?, isRight: Bool) async throws {
        try await Keys.with(names: names) { keys in
            let server = try await FrameServer.start(tls: keys.serverContext())
            if isRight {
                try await Self.expectAnswer(server, try keys.tls(name: expected))
                return
            }
            let failure = try await Self.refusal(server, try keys.tls(name: expected))
            #expect(failure.connectionFailure == .certificateOfAnotherName, "\(failure)")
        }
    }

    // MARK: Whom the daemon trusts

    @Test("A daemon that asks for a certificate is shown it", arguments: [TLSVersion.tlsv12, .tlsv13])
    func mutual(version: TLSVersion) async throws {
        try await Keys.with { keys in
            let server = try await FrameServer.start(tls: keys.serverContext(isMutual: true, version: version))
            try await Self.expectAnswer(server, try keys.tls(keys.client))
        }
    }

    @Test("Without a certificate the failure says what is missing", arguments: [TLSVersion.tlsv12, .tlsv13])
    func mutualWithout(version: TLSVersion) async throws {
        try await Keys.with { keys in
            let server = try await FrameServer.start(tls: keys.serverContext(isMutual: true, version: version))
            let failure = try await Self.refusal(server, try keys.tls())
            #expect(failure.connectionFailure == .clientCertificateRequired, "\(failure)")
            #expect(failure.message.contains("it asks for a certificate of the client"))
        }
    }

    @Test("A certificate of another authority is refused", arguments: [TLSVersion.tlsv12, .tlsv13])
    func mutualOther(version: TLSVersion) async throws {
        try await Keys.with { keys in
            try await Keys.with { others in
                let server = try await FrameServer.start(tls: keys.serverContext(isMutual: true, version: version))
                let failure = try await Self.refusal(server, try keys.tls(others.client))
                #expect(failure.connectionFailure == .clientCertificateRefused, "\(failure)")
            }
        }
    }

    // MARK: One side without TLS

    @Test("A port that is encrypted says so to a client that is not")
    func plainClient() async throws {
        try await Keys.with { keys in
            let server = try await FrameServer.start(tls: keys.serverContext())
            let failure = try await Self.refusal(server, nil)
            #expect(failure.connectionFailure == .encrypted, "\(failure)")
            #expect(failure.message == "127.0.0.1:\(server.port) speaks TLS.")
        }
    }

    @Test(
        "A port that is not encrypted is named as such, whatever it says",
        arguments: [Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8), [0, 0, 0, 0, 2, 0x22, 0]])
    func plainServer(bytes: [UInt8]) async throws {
        try await Keys.with { keys in
            let server = try await FrameServer.start()
            var connections = server.connections()
            async let thrown = Self.refusal(server, try keys.tls())
            let connection = try #require(await connections.next())
            try await connection.send(bytes: bytes)
            let failure = try await thrown
            #expect(failure.connectionFailure == .notEncrypted, "\(failure)")
            #expect(failure.message.contains("it does not speak TLS"))
        }
    }

    @Test("A connection that ends during the handshake is tried again: the daemon may be stopping")
    func endInHandshake() async throws {
        try await Keys.with { keys in
            let server = try await FrameServer.start()
            var connections = server.connections()
            let client = Self.client(server, try keys.tls()) { $0.retries.maximumAttempts = 2 }
            async let thrown = failure { () throws(AgentdError) in try await client.getAgent(id: 1) }
            for _ in 0..<2 {
                let connection = try #require(await connections.next())
                // With the greeting unread the end would be a reset.
                for await _ in connection.frames { break }
                try await connection.close()
            }
            let failure = try await thrown
            #expect(failure.connectionFailure == .handshakeFailed, "\(failure)")
            #expect(failure.message.contains("it closed the connection during the TLS handshake"))
        }
    }

    @Test("A handshake that nobody answers ends with the time for connecting")
    func silence() async throws {
        try await Keys.with { keys in
            let server = try await FrameServer.start()
            let failure = try await Self.refusal(server, try keys.tls()) { $0.connectTimeout = .milliseconds(100) }
            #expect(failure.connectionFailure == .unreachable)
            #expect(failure.message.contains("no TLS handshake in 0.1 seconds"), "\(failure)")
        }
    }

    // MARK: Files

    @Test("Files that cannot be used are named with what is wrong")
    func files() async throws {
        try await Keys.with { keys in
            let (own, key) = (keys.client.certificate, keys.client.key)
            func problem(
                authorities: String? = nil, certificate: String? = nil, key: String? = nil, name: String? = nil
            ) -> AgentdError.Violation? {
                do throws(AgentdError) {
                    _ = try AgentdClient.TLS(
                        authorities: authorities ?? keys.authority.own.certificate, certificate: certificate, key: key,
                        serverName: name)
                    return nil
                } catch {
                    return error.violations.first
                }
            }
            let missing = "is the file /nonexistent, which cannot be read: no such file or directory"
            #expect(problem(authorities: "/nonexistent")?.description == missing)
            #expect(problem(authorities: key)?.description.contains("holds no certificate in PEM") == true)
            #expect(problem(certificate: own)?.field == "key")
            #expect(problem(key: key)?.field == "certificate")
            #expect(problem(certificate: "/nonexistent", key: key)?.description == missing)
            #expect(problem(certificate: own, key: "/nonexistent")?.field == "key")
            #expect(problem(certificate: own, key: own)?.description.contains("holds no private key") == true)
            #expect(
                problem(certificate: own, key: keys.server.key)?.description == "does not belong to the certificate")
            #expect(problem(name: "127.0.0.1")?.field == "serverName")
            #expect(problem(certificate: own, key: key, name: "agentd.example") == nil)
        }
    }

    // MARK: What the tests do

    private static func client(
        _ server: FrameServer, _ tls: AgentdClient.TLS?,
        _ change: (inout AgentdClient.Configuration) -> Void = { _ in }
    ) -> AgentdClient {
        AgentdClient.of(server) { configuration in
            configuration.tls = tls
            change(&configuration)
        }
    }

    @discardableResult
    private static func expectAnswer(
        _ server: FrameServer, _ tls: AgentdClient.TLS?,
        _ change: (inout AgentdClient.Configuration) -> Void = { _ in }
    ) async throws -> ServerConnection {
        var connections = server.connections()
        let client = client(server, tls, change)
        async let answer = client.getAgent(id: 7)
        var conversation = try await Conversation.open(&connections)
        let (call, id) = try await conversation.agentAsked()
        try await conversation.answer(call, agent: id)
        #expect(try await answer.id == 7)
        await client.close()
        return conversation.connection
    }

    /// Of a call whose connection fails. It has all the attempts there are, and must not use them.
    private static func refusal(
        _ server: FrameServer, _ tls: AgentdClient.TLS?,
        _ change: (inout AgentdClient.Configuration) -> Void = { _ in }
    ) async throws -> AgentdError {
        let client = client(server, tls) { configuration in
            change(&configuration)
            configuration.retries.maximumAttempts = configuration.connectTimeout < .seconds(1) ? 1 : 1_000_000
        }
        return try await failure { () throws(AgentdError) in try await client.getAgent(id: 1) }
    }

    /// Nil on a system that trusts nobody.
    private static func systemTrust() throws -> AgentdClient.TLS? { try? AgentdClient.TLS() }
}
