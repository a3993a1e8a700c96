internal import TestSupport
import Testing

@testable internal import Postgres

@Suite("A trial of a connection", .timeLimit(.minutes(1)))
struct ConnectionTrialTests {
    @Test("A database that lets one in")
    func connected() async throws {
        try await TestDatabase.with { database in
            #expect(ConnectionTrial.run(conninfo: database.application) == .connected)
        }
    }

    @Test("Where nobody listens, or the name is not known, waiting may help")
    func notNow() throws {
        let port = try UnusedPort()
        for conninfo in [
            "postgresql://agentd_app@127.0.0.1:\(port.number)/agentd", "host=/nonexistent dbname=agentd",
            "host=nowhere.invalid dbname=agentd",
        ] {
            guard case .notNow(let reason) = ConnectionTrial.run(conninfo: conninfo) else {
                Issue.record("\(conninfo)")
                continue
            }
            #expect(!reason.isEmpty && !reason.contains(where: \.isNewline), "\(reason)")
        }
    }

    @Test(
        "A database or a role that is not there, and words that mean nothing, are refused as long as one waits",
        arguments: ["dbname=never_was", "user=never_was", "port=abc", "sslmode=never"])
    func refused(words: String) async throws {
        try await TestDatabase.with { database in
            guard case .refused(let reason) = ConnectionTrial.run(conninfo: "\(database.application) \(words)") else {
                Issue.record("\(words)")
                return
            }
            #expect(!reason.contains("LOCATION") && !reason.contains(where: \.isNewline), "\(reason)")
        }
    }

    @Test("What a server says in many words is a line, and its SQLSTATE is known")
    func explained() {
        let text = """
            connection to server at "127.0.0.1", port 5432 failed: FATAL:  28P01: password authentication failed
            \tfor user "a"
            LOCATION:  auth_failed, auth.c:326

            """
        let (reason, state) = ConnectionTrial.explained(text)
        #expect(state == "28P01")
        let words = "FATAL: password authentication failed for user \"a\""
        #expect(reason == "connection to server at \"127.0.0.1\", port 5432 failed: \(words)")
        #expect(
            ConnectionTrial.explained("connection refused\n\tIs it running?") == (
                "connection refused Is it running?", nil
            ))
    }

    @Test(
        "A string that cannot be read is known without connecting, and no part of it is shown",
        arguments: [
            "postgresql://[::1/agentd", "postgresql://agentd_app:canary%zz@db.example/agentd",
            "postgresql://db.example/agentd?canary=1", "canary=1", "port=canary", "port=0", "port=65536",
            "postgresql://db.example:canary/agentd",
        ])
    func unreadable(conninfo: String) throws {
        let problem = try #require(ConnectionTrial.problem(in: conninfo))
        #expect(!problem.isEmpty && !problem.contains("canary"), "\(problem)")
    }

    @Test(
        "A string that can be read has no problem",
        arguments: [
            "postgresql://db.example/agentd", "host=a,b port=5432,5433 dbname=agentd", "host=/run/postgresql",
            "postgresql://a:p%40ss@[::1]:5432/agentd?sslmode=require",
        ])
    func readable(conninfo: String) { #expect(ConnectionTrial.problem(in: conninfo) == nil) }
}
