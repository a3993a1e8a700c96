internal import AgentdClient
internal import ArgumentParser
internal import ClientOptions
internal import TestSupport
import Testing

@Suite("Options of encryption")
struct TLSOptionsTests {
    private static func resolve(
        _ arguments: [String] = [], _ environment: [String: String] = [:], file: TLSChoices = TLSChoices()
    ) throws -> AgentdClient.TLS? {
        try TLSOptions.parse(arguments).resolve(environment: environment, file: file)
    }

    @Test("Nothing is encrypted unless somebody asks for it")
    func plain() throws {
        #expect(try Self.resolve() == nil)
        #expect(try Self.resolve(["--no-tls"], ["AGENTD_TLS": "true"]) == nil)
        #expect(try Self.resolve([], ["AGENTD_TLS": "false", "AGENTD_CA_FILE": "/nonexistent"]) == nil)
        #expect(try Self.resolve([], ["AGENTD_TLS": "", "AGENTD_CA_FILE": "", "AGENTD_SERVER_NAME": ""]) == nil)
        #expect(try Self.resolve([], [:], file: TLSChoices(isOn: false, serverName: .init("x", "y"))) == nil)
    }

    @Test("Whoever names an authority, a certificate or a name asks for it; so does a flag, a variable or the file")
    func encrypted() async throws {
        try await Keys.with { keys in
            let authority = keys.authority.own.certificate
            let trust = ["AGENTD_CA_FILE": authority]
            let mutual = ["--cert", keys.client.certificate, "--key", keys.client.key]
            let asking: [([String], [String: String], TLSChoices)] = [
                (["--ca", authority], [:], TLSChoices()), ([], trust, TLSChoices()), (mutual, trust, TLSChoices()),
                (["--tls"], trust.merging(["AGENTD_TLS": "no"]) { $1 }, TLSChoices()),
                (["--server-name", "localhost"], trust, TLSChoices()),
                ([], [:], TLSChoices(authorities: .init(authority, "the file"))),
            ]
            for (arguments, environment, file) in asking {
                let isEncrypted = try Self.resolve(arguments, environment, file: file) != nil
                #expect(isEncrypted, "\(arguments) \(environment)")
            }
        }
    }

    @Test("What cannot be used is named as it was given, the most important source first")
    func problems() async throws {
        try await Keys.with { keys in
            let trust = ["AGENTD_CA_FILE": keys.authority.own.certificate]
            func problem(
                _ arguments: [String], _ environment: [String: String] = [:], file: TLSChoices = TLSChoices()
            ) -> String? {
                let all = trust.merging(environment) { $1 }
                return #expect(throws: TLSProblem.self) { try Self.resolve(arguments, all, file: file) }?.description
            }
            #expect(problem(["--ca", "/nonexistent/a"])?.hasPrefix("--ca is the file /nonexistent/a") == true)
            #expect(
                problem([], ["AGENTD_CA_FILE": "/nonexistent/b"])?.hasPrefix(
                    "AGENTD_CA_FILE is the file /nonexistent/b")
                    == true)
            let file = TLSChoices(certificate: .init("/nonexistent/c", "client_certificate_file in the file"))
            #expect(problem([], file: file)?.hasPrefix("--key is missing") == true)
            #expect(
                problem(["--key", keys.client.key], file: file)?
                    .hasPrefix("client_certificate_file in the file is the file /nonexistent/c") == true)
            #expect(problem(["--key", keys.client.key])?.hasPrefix("--cert is missing") == true)
            #expect(problem(["--server-name", "::1"])?.hasPrefix("--server-name is \"::1\"") == true)
            #expect(problem([], ["AGENTD_TLS": "maybe"]) == "AGENTD_TLS is \"maybe\"; it must be true or false")
        }
    }
}
