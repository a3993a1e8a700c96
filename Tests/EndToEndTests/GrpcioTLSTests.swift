import Testing

internal import TestSupport

/// grpcio over TLS, which it speaks with BoringSSL and by ALPN.
@Suite("grpcio over TLS", .timeLimit(.minutes(2)))
struct GrpcioTLSTests {
    @Test("All that works in plain text works encrypted", arguments: [false, true])
    func calls(isMutual: Bool) async throws {
        try await Self.withDaemon(isMutual: isMutual) { environment in
            try await PythonCases.run("grpcio_calls.py", cases: GrpcioTests.calls, environment: environment)
        }
    }

    @Test("There is no channel without TLS, to a daemon that nobody vouches for, or to one with another name")
    func wrongChannels() async throws {
        try await Self.withDaemon(isMutual: false) { environment in
            let cases = [
                "a channel without TLS", "a channel that trusts others", "a channel to somebody else",
                "a channel by name",
            ]
            await (try PythonCases.start("grpcio_tls.py", only: cases, environment: environment)).expect(cases)
        }
    }

    @Test("With mutual TLS there is no channel without a certificate")
    func noCertificate() async throws {
        try await Self.withDaemon(isMutual: true) { environment in
            let cases = ["a channel without a certificate", "a channel by name"]
            await (try PythonCases.start("grpcio_tls.py", only: cases, environment: environment)).expect(cases)
        }
    }

    private static func withDaemon(isMutual: Bool, _ body: ([String: String]) async throws -> Void) async throws {
        try await World.with { world in
            try await Keys.with { keys in
                var files = ["AGENTD_TLS_CA": keys.authority.own.certificate]
                if isMutual {
                    files["AGENTD_TLS_CERTIFICATE"] = keys.client.certificate
                    files["AGENTD_TLS_KEY"] = keys.client.key
                }
                try await Daemon.with(world.database, settings: keys.settings(isMutual: isMutual)) { daemon in
                    try await body(world.pythonEnvironment(of: daemon).merging(files) { $1 })
                }
            }
        }
    }
}
