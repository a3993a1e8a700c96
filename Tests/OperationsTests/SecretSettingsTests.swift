internal import Foundation
internal import Operations
import Testing

@Suite("Secret settings")
struct SecretSettingsTests {
    private static let secret = "0123456789abcdef0123456789abcdef"

    @Test("A secret may be in a file, whose last newline does not count")
    func fileForm() throws {
        let path = try TestFile.path(Self.secret + "\n")
        defer { try? FileManager.default.removeItem(atPath: path) }
        for sources in [
            SettingsSources(environment: ["AGENTD_JWT_SECRET_FILE": path]),
            SettingsSources(flags: ["--jwt-secret-file": path]),
            SettingsSources(file: try TestFile.configuration(#"{"jwt_secret_file": "\#(path)"}"#)),
        ] {
            #expect(try Settings(sources).identity.secret == Self.secret)
        }
    }

    @Test("A file that cannot be read is named with its setting")
    func missingFile() throws {
        let failure = try #require(throws: SettingsFailure.self) {
            try Settings(SettingsSources(environment: ["AGENTD_JWT_SECRET_FILE": "/nowhere/secret"]))
        }
        #expect(failure.description.hasPrefix("The file /nowhere/secret of AGENTD_JWT_SECRET"))
    }

    @Test("A secret given both ways is refused: which one counts would be a guess")
    func bothForms() throws {
        let failure = try #require(throws: SettingsFailure.self) {
            try Settings(
                SettingsSources(environment: ["AGENTD_JWT_SECRET": Self.secret, "AGENTD_JWT_SECRET_FILE": "/nowhere"]))
        }
        #expect(failure.description.contains("AGENTD_JWT_SECRET is given both itself and as a file"))
    }

    @Test("A secret that is too short is refused without being shown")
    func shortSecret() throws {
        let failure = try #require(throws: SettingsFailure.self) {
            try Settings(SettingsSources(environment: ["AGENTD_JWT_SECRET": "hunter2"]))
        }
        #expect(failure.description.contains("AGENTD_JWT_SECRET"))
        #expect(failure.description.contains("at least 32 bytes"))
        #expect(!failure.description.contains("hunter2"))
    }

    @Test("A secret is no flag: everyone may read the arguments of a process")
    func noFlag() throws {
        let problem = try #require(throws: SettingsProblem.self) {
            try SettingsSources.flags(["--jwt-secret", Self.secret])
        }
        #expect(problem.description.contains("Did you mean --jwt-secret-file?"))
        #expect(!problem.description.contains(Self.secret))
    }

    @Test("What is in force is shown with its origin, and without secrets and passwords")
    func effective() throws {
        let settings = try Settings(
            SettingsSources(
                flags: ["--log-level": "debug"],
                environment: [
                    "AGENTD_JWT_SECRET": Self.secret,
                    "AGENTD_DATABASE_URL": "postgresql://agentd_app:hunter2@db/agentd?sslpassword=hunter3",
                    "AGENTD_OWNER_DATABASE_URL": "host=db user=postgres password='hunter 4'",
                ], file: try TestFile.configuration(#"{"event_loops": 2}"#)))
        let text = settings.effectiveText
        let lines = text.split(separator: "\n").map(String.init)
        #expect(lines.contains("AGENTD_LOG_LEVEL=debug  # flag --log-level"))
        #expect(lines.contains("AGENTD_JWT_SECRET=redacted  # environment AGENTD_JWT_SECRET"))
        #expect(lines.contains { $0.hasPrefix("AGENTD_DATABASE_URL=postgresql://agentd_app:redacted@db/agentd") })
        #expect(
            lines.contains {
                $0.hasPrefix("AGENTD_PLATFORM_DATABASE_URL=postgresql://agentd_platform:redacted@db/agentd")
                    && $0.hasSuffix("# from AGENTD_DATABASE_URL")
            })
        #expect(lines.contains { $0.hasPrefix("AGENTD_OWNER_DATABASE_URL=host=db user=postgres password=redacted") })
        #expect(lines.contains { $0.hasPrefix("AGENTD_EVENT_LOOPS=2  # file ") })
        #expect(lines.contains("# AGENTD_JWKS is not set"))
        for secret in [Self.secret, "hunter"] { #expect(!text.contains(secret)) }
    }
}
