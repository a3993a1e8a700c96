import Testing

internal import AgentdCore
internal import Foundation
internal import Messages
internal import TestSupport

/// Nothing that anybody must keep to himself gets into the log, however much is logged.
@Suite("Secrets in the log", .bothDoors, .timeLimit(.minutes(2)))
struct SecretLogTests {
    private static let jwtSecret = "canary-of-the-signed-tokens-0123456789"
    private static let password = "canary-of-the-database"
    private static let text = "canary-of-the-prompt"

    @Test("Neither keys, tokens, passwords nor texts of users are in it", arguments: ["console", "json"])
    func canaries(format: String) async throws {
        try await TestDatabase.with { database in
            let settings = [
                "AGENTD_LOG_LEVEL": "trace", "AGENTD_LOG_CALLS": "all", "AGENTD_LOG_FORMAT": format,
                "AGENTD_JWT_SECRET": Self.jwtSecret,
                // The test cluster asks for none, and gets it all the same.
                "AGENTD_DATABASE_URL": "\(database.application) password=\(Self.password)",
                "AGENTD_PLATFORM_DATABASE_URL": "\(database.platform) password=\(Self.password)",
            ]
            try await Daemon.with(database, settings: settings) { daemon in
                let world = try await World.make(database, daemon)
                let secrets = try await Self.use(world)
                try await waitUntil { daemon.log.contains("the-last-call") }
                let log = daemon.log
                #expect(log.contains("/agentd.v1.AgentService/CreateAgent"))
                for secret in secrets { #expect(!log.contains(secret), "\(secret)") }
            }
        }
    }

    /// Makes calls of many kinds, and puts secrets where they belong and where they do not.
    /// - Returns: What must not be logged.
    private static func use(_ world: World) async throws -> [String] {
        let token = try TestToken(world.ada).signed(secret: jwtSecret)
        let forged = try TestToken(world.ada).signed(secret: "canary-of-somebody-else-0123456789abcdef")
        var secrets = [jwtSecret, password, text, "canary-bearer-0123456789"]
        for key in [world.systemAdministrator, world.ada.key, world.bob.key, world.carol.key] {
            secrets.append(String(key.split(separator: "_")[2]))
        }
        for token in [token, forged] { secrets += token.split(separator: ".").dropFirst().map { String($0) } }

        try await world.speak(as: world.ada) { ada in
            let issued = try await ada.issueToken(displayName: "another")
            secrets.append(String(issued.secret.split(separator: "_")[2]))
            let agent = try await ada.call("AgentService/CreateAgent", prompted(text), as: AgentMessage.self)
            _ = try await ada.update(agent.id) { $0.systemPrompt = text + "-again" }
            _ = try? await ada.call(
                "AgentService/CreateAgent", prompted(String(repeating: text, count: 20_000)), as: AgentMessage.self)
            _ = try await ada.revokeToken(issued.token?.id ?? "")
            let revoked = issued.secret
            for wrong in [revoked, token, forged, world.ada.key.dropLast() + "x", "canary-bearer-0123456789"] {
                let headers = [Header("authorization", "Bearer \(wrong)")]
                _ = try? await ada.send("UserService/WhoAmI", WhoAmIRequest(), headers: headers)
            }
            // Where they do not belong.
            for secret in [world.ada.key, token] {
                for key in ["x-request-id", "traceparent", "x-agentd-tenant", "x-forwarded-for"] {
                    _ = try? await ada.send("UserService/WhoAmI", WhoAmIRequest(), headers: [Header(key, secret)])
                }
                _ = try? await ada.send("/\(secret)", bytes: Array(secret.utf8))
                _ = try? await ada.send("AgentService/GetAgent", bytes: Array(secret.utf8))
                _ = try? await ada.send("AgentService/CreateAgent", prompted(secret, requestID: secret))
                var list = ListTokensRequest()
                list.pageToken = secret
                _ = try? await ada.send("TokenService/ListTokens", list)
            }
            _ = try? await ada.send(
                "UserService/WhoAmI", WhoAmIRequest(), headers: [Header("x-request-id", "the-last-call")])
        }
        return secrets
    }

    private static func prompted(_ text: String, requestID: String = "") -> CreateAgentRequest {
        var request = CreateAgentRequest()
        var agent = AgentMessage()
        agent.name = "a"
        agent.agentType = AgentType.research.rawValue
        agent.systemPrompt = text
        request.agent = agent
        request.requestID = requestID
        return request
    }
}
