import Testing

internal import AgentdCore
internal import Foundation
internal import Messages
internal import TestSupport

/// SIGHUP, with a configuration file that has changed.
@Suite("Settings that change at run time", .timeLimit(.minutes(2)))
struct ReloadTests {
    /// A daemon with a configuration file, and how it is changed.
    private struct Reloaded {
        let world: World
        let file: String

        var daemon: Daemon { world.daemon }

        func change(_ text: String) throws {
            try Data(text.utf8).write(to: URL(filePath: file), options: .atomic)
            daemon.signal(SIGHUP)
        }

        func waitForLog(_ text: String) async throws { try await waitUntil { daemon.log.contains(text) } }
    }

    private func with(
        _ text: String = "{}", settings: [String: String] = [:], _ body: (Reloaded) async throws -> Void
    ) async throws {
        try await TemporaryFolder.with { folder in
            let file = "\(folder)/agentd.json"
            try Data(text.utf8).write(to: URL(filePath: file))
            try await World.with(settings: settings.merging(["AGENTD_CONFIG": file]) { own, _ in own }) { world in
                try await body(Reloaded(world: world, file: file))
            }
        }
    }

    @Test("The level and the form of the log and what it says of calls change, and the log says so")
    func log() async throws {
        try await with(#"{"log_level": "warning"}"#) { reloaded in
            let daemon = reloaded.daemon
            try await reloaded.world.speak(as: reloaded.world.ada) { ada in
                #expect(!daemon.log.contains("INFO") && !daemon.log.contains("NOTICE"))
                try reloaded.change(#"{"log_level": "debug", "log_calls": "all", "log_format": "json"}"#)
                try await reloaded.waitForLog("AGENTD_LOG_LEVEL: warning -> debug")
                try await reloaded.waitForLog("AGENTD_LOG_CALLS: off -> all")
                try await reloaded.waitForLog("AGENTD_LOG_FORMAT: console -> json")
                // On a connection from before.
                _ = try await ada.send(
                    "UserService/WhoAmI", WhoAmIRequest(), headers: [Header("x-request-id", "now")])
                let call = try await daemon.loggedCall("now")
                #expect(call.outcome == "OK")

                // Who makes it quiet still hears that it was done.
                try reloaded.change(#"{"log_level": "error", "log_calls": "all", "log_format": "json"}"#)
                try await reloaded.waitForLog("AGENTD_LOG_LEVEL: debug -> error")
                let count = daemon.loggedCalls.count
                _ = try await ada.whoAmI()
                #expect(daemon.loggedCalls.count == count)
            }
        }
    }

    @Test("New connections get new limits, those from before keep theirs")
    func limits() async throws {
        try await with { reloaded in
            try await RawConnection.with(reloaded.daemon.port, token: reloaded.world.ada.key) { old in
                let before = try await Self.callsInFlight(reloaded.daemon)
                #expect(before == WireLimits().callsInFlight)
                try reloaded.change(#"{"max_in_flight": 3}"#)
                try await reloaded.waitForLog("AGENTD_MAX_IN_FLIGHT: 1024 -> 3")
                let after = try await Self.callsInFlight(reloaded.daemon)
                #expect(after == 3)
                let answers = try await withThrowingTaskGroup(of: UInt32.self) { group in
                    for id in 1...20 as ClosedRange<UInt64> {
                        group.addTask {
                            try await old.call(id, "/agentd.v1.UserService/WhoAmI", WhoAmIRequest()).code
                        }
                    }
                    return try await group.reduce(into: [UInt32]()) { $0.append($1) }
                }
                #expect(answers == [UInt32](repeating: 0, count: 20))

                try reloaded.change(#"{"max_connections": 1}"#)
                try await reloaded.waitForLog("AGENTD_MAX_CONNECTIONS: 10000 -> 1")
                try await reloaded.waitForLog("AGENTD_MAX_IN_FLIGHT: 3 -> 1024")
                try await RawConnection.with(reloaded.daemon.port) { refused in
                    let end = try await refused.goAway()
                    #expect(end.reason == "CONNECTION_LIMIT")
                }
            }
        }
    }

    private static func callsInFlight(_ daemon: Daemon) async throws -> Int {
        try await RawConnection.with(daemon.port) { connection in
            try await connection.send(.hello(version: 1, headers: []))
            guard case .welcome(_, _, let inFlight)? = try await connection.next()?.frame else {
                throw RawConnection.Closed()
            }
            return Int(inFlight)
        }
    }

    @Test(
        "A wrong configuration changes nothing, and everything that is wrong with it is logged",
        arguments: [
            (
                #"{"log_calls": "all", "log_level": "loud", "max_in_flight": 0, "log_levl": "debug"}"#,
                ["AGENTD_LOG_LEVEL is", "AGENTD_MAX_IN_FLIGHT is", "log_levl is not a key"]
            ),
            (#"{"log_calls": "all""#, ["is not one JSON object"]),
            (#"{"log_calls": "all", "jwt_secret_file": "/nowhere/secret"}"#, ["/nowhere/secret"]),
        ])
    func wrong(text: String, problems: [String]) async throws {
        try await with(settings: ["AGENTD_LOG_FORMAT": "json"]) { reloaded in
            try reloaded.change(text)
            for problem in problems { try await reloaded.waitForLog(problem) }
            let errors = reloaded.daemon.log.split(separator: "\n").filter { $0.contains(#""level":"error""#) }
            #expect(errors.count == problems.count)
            #expect(errors.allSatisfy { $0.contains("those from before stay in force") })
            try await reloaded.world.speak(as: reloaded.world.ada) { _ = try await $0.whoAmI() }
            #expect(reloaded.daemon.loggedCalls.isEmpty)
            // And the next one, which is right, is taken over.
            try reloaded.change(#"{"log_calls": "all"}"#)
            try await reloaded.waitForLog("AGENTD_LOG_CALLS: off -> all")
        }
    }

    @Test("What cannot change is named each time, and everything else is taken over")
    func restart() async throws {
        try await with { reloaded in
            for count in 1...2 {
                try reloaded.change(#"{"event_loops": 2, "max_message_bytes": 2048, "log_calls": "failed"}"#)
                for change in ["AGENTD_EVENT_LOOPS: 1 -> 2", "AGENTD_MAX_MESSAGE_BYTES: 1048576 -> 2048"] {
                    try await waitUntil {
                        reloaded.daemon.log.split(separator: "\n")
                            .count { $0.contains("\(change) needs a restart of agentd") } == count
                    }
                }
            }
            #expect(reloaded.daemon.log.contains("AGENTD_LOG_CALLS: off -> failed"))
            try await RawConnection.with(reloaded.daemon.port) { connection in
                try await connection.send(.hello(version: 1, headers: []))
                guard case .welcome(_, let bytes, _)? = try await connection.next()?.frame else {
                    throw RawConnection.Closed()
                }
                #expect(bytes == 1_048_576)
            }
        }
    }

    @Test("The environment still counts more than the file")
    func precedence() async throws {
        try await with(settings: ["AGENTD_LOG_CALLS": "off"]) { reloaded in
            try reloaded.change(#"{"log_calls": "all"}"#)
            try await reloaded.waitForLog("nothing that can be taken over has changed")
            #expect(!reloaded.daemon.log.contains("AGENTD_LOG_CALLS"))
        }
    }

    @Test("A secret in a file is exchanged, and is not shown")
    func secret() async throws {
        let secrets = ["the-first-secret-of-this-test-0123456789", "another-secret-of-this-test-0123456789"]
        try await TemporaryFolder.with { folder in
            let file = "\(folder)/secret"
            try Data("\(secrets[0])\n".utf8).write(to: URL(filePath: file))
            try await World.with(settings: ["AGENTD_JWT_SECRET_FILE": file]) { world in
                let headers = try secrets.map { secret in
                    [Header("authorization", "Bearer \(try TestToken(world.ada).signed(secret: secret))")]
                }
                try await world.daemon.speak { caller in
                    _ = try await caller.whoAmI(headers: headers[0])
                    await expectRefusal(.unauthenticated, "TOKEN_INVALID") {
                        try await caller.whoAmI(headers: headers[1])
                    }
                    try Data("\(secrets[1])\n".utf8).write(to: URL(filePath: file), options: .atomic)
                    world.daemon.signal(SIGHUP)
                    try await waitUntil { world.daemon.log.contains("AGENTD_JWT_SECRET: another value") }
                    _ = try await caller.whoAmI(headers: headers[1])
                    await expectRefusal(.unauthenticated, "TOKEN_INVALID") {
                        try await caller.whoAmI(headers: headers[0])
                    }
                }
                for secret in secrets { #expect(!world.daemon.log.contains(secret)) }
            }
        }
    }
}
