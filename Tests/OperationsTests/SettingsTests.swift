internal import AgentdCore
internal import Foundation
internal import Glibc
internal import Logging
internal import Operations
import Testing

@Suite("Settings")
struct SettingsTests {
    @Test("A flag counts more than the environment, that more than the file, and that more than the default")
    func precedence() throws {
        func level(_ sources: SettingsSources) throws -> Logger.Level { try Settings(sources).log.level }
        let file = try TestFile.configuration(#"{"log_level": "error"}"#)
        #expect(try level(SettingsSources()) == .info)
        #expect(try level(SettingsSources(file: file)) == .error)
        #expect(try level(SettingsSources(environment: ["AGENTD_LOG_LEVEL": "debug"], file: file)) == .debug)
        let all = SettingsSources(
            flags: ["--log-level": "trace"], environment: ["AGENTD_LOG_LEVEL": "debug"], file: file)
        #expect(try level(all) == .trace)
    }

    @Test("Without anything given every setting has its default")
    func defaults() throws {
        let settings = try Settings(SettingsSources(environment: ["HOME": "/h"]))
        #expect(settings.listen.listen.description == "127.0.0.1:50051")
        #expect(settings.listen.eventLoops == 1)
        #expect(settings.database.location == .embedded)
        #expect(settings.database.dataFolder == "/h/.local/share/agentd")
        #expect(settings.limits.wire == WireLimits())
        #expect(settings.identity.tokenRecheckMilliseconds == 30_000)
        #expect(settings.tenancy.isolatesTenants && settings.tenancy.usesRowLevelSecurity)
        #expect(settings.tenancy.defaultTenantSlug == "default")
    }

    @Test(
        "The data folder depends on who runs agentd",
        arguments: [
            (true, ["HOME": "/h", "XDG_DATA_HOME": "/x"], "/var/lib/agentd"),
            (false, ["HOME": "/h", "XDG_DATA_HOME": "/x"], "/x/agentd"),
            (false, ["HOME": "/h", "XDG_DATA_HOME": "relative"], "/h/.local/share/agentd"),
            (false, ["HOME": "/h", "AGENTD_DATA_DIR": "/d"], "/d"),
        ])
    func dataFolder(isRoot: Bool, environment: [String: String], expected: String) throws {
        let settings = try Settings(SettingsSources(environment: environment, isRoot: isRoot))
        #expect(settings.database.dataFolder == expected)
    }

    @Test("Everything that is wrong is said at once, each with its name, what was given and what it should be")
    func allProblems() throws {
        let failure = try #require(throws: SettingsFailure.self) {
            try Settings(
                SettingsSources(
                    flags: ["--listen": "nowhere"],
                    environment: [
                        "AGENTD_EVENT_LOOPS": "0", "AGENTD_FRAME_TIMEOUT": "10", "AGENTD_LOG_FORMAT": "xml",
                        "AGENTD_DATABASE_URL": "just-a-name", "DEFAULT_TENANT_SLUG": "No Slug",
                        "ENABLE_TENANT_ISOLATION": "maybe", "ENABLE_ROW_LEVEL_SECURITY": "perhaps",
                        "AGENTD_DEFAULT_DEADLINE": "2h", "AGENTD_MAX_DEADLINE": "1h",
                        "AGENTD_JWKS": "/nowhere/jwks.json",
                    ]))
        }
        let expected = [
            #"AGENTD_LISTEN is "nowhere" (flag --listen); it must be a host and a port"#,
            #"AGENTD_EVENT_LOOPS is "0" (environment AGENTD_EVENT_LOOPS); it must be a whole number from 1 to 64."#,
            #"AGENTD_FRAME_TIMEOUT is "10" (environment AGENTD_FRAME_TIMEOUT); it must be a duration such as 500ms"#,
            #"AGENTD_LOG_FORMAT is "xml" (environment AGENTD_LOG_FORMAT); it must be one of console, json."#,
            "AGENTD_DATABASE_URL has a value that cannot be used (environment AGENTD_DATABASE_URL)",
            #"DEFAULT_TENANT_SLUG is "No Slug""#,
            #"ENABLE_TENANT_ISOLATION is "maybe" (environment ENABLE_TENANT_ISOLATION); it must be true or false."#,
            #"ENABLE_ROW_LEVEL_SECURITY is "perhaps" (environment ENABLE_ROW_LEVEL_SECURITY); it must be true or"#,
            "AGENTD_DEFAULT_DEADLINE (2h) is longer than AGENTD_MAX_DEADLINE (1h)",
            "The file /nowhere/jwks.json of AGENTD_JWKS cannot be read",
        ]
        for sentence in expected {
            #expect(failure.problems.contains { $0.description.hasPrefix(sentence) }, "\(sentence)\n\(failure)")
        }
        #expect(failure.problems.count == expected.count)
    }

    @Test(
        "A name that nobody reads is refused, and the one that was meant is named",
        arguments: [
            ("AGENTD_LISTN", "Did you mean AGENTD_LISTEN?"),
            ("AGENTD_DATABASE_URL_FIL", "Did you mean AGENTD_DATABASE_URL_FILE?"),
            ("AGENTD_SOMETHING_ELSE_ENTIRELY", "agentd config --example"),
        ])
    func unknownVariable(name: String, advice: String) throws {
        let failure = try #require(throws: SettingsFailure.self) {
            try Settings(SettingsSources(environment: [name: "1"]))
        }
        #expect(failure.description.hasPrefix("\(name) is not a setting of agentd."))
        #expect(failure.description.contains(advice))
    }

    @Test(
        "Names that belong to agentctl, to the tests and to other programs are left alone",
        arguments: [
            "AGENTD_TOKEN", "AGENTD_TOKEN_FILE", "AGENTD_TENANT", "AGENTD_ADDRESS", "AGENTD_TEST_DATABASE",
            "AGENTD_CI_RUN", "AGENTD_CONFIG", "PGHOST", "AGENTD_TLS", "AGENTD_CA_FILE",
            "AGENTD_CLIENT_CERTIFICATE_FILE",
            "AGENTD_CLIENT_KEY_FILE", "AGENTD_SERVER_NAME",
        ])
    func foreignVariable(name: String) throws {
        _ = try Settings(SettingsSources(environment: [name: "1"]))
    }

    @Test("A key of the file that nobody reads is refused; comments are not")
    func unknownKey() throws {
        let file = try TestFile.configuration(#"{"// log_level": "a comment", "log_levl": "info"}"#)
        let failure = try #require(throws: SettingsFailure.self) { try Settings(SettingsSources(file: file)) }
        #expect(failure.description.contains("log_levl is not a key of the configuration file"))
        #expect(failure.description.contains("Did you mean log_level?"))
    }

    @Test("A variable's name in the file is told the key")
    func variableAsKey() throws {
        let file = try TestFile.configuration(#"{"AGENTD_LOG_LEVEL": "info"}"#)
        let failure = try #require(throws: SettingsFailure.self) { try Settings(SettingsSources(file: file)) }
        #expect(failure.description.contains("Did you mean log_level?"))
        #expect(failure.description.contains("Did you mean log_level?"))
        #expect(failure.problems.count == 1)
    }

    @Test("An empty variable is as good as none")
    func emptyVariable() throws {
        let settings = try Settings(SettingsSources(environment: ["AGENTD_DATABASE_URL": "", "AGENTD_LISTEN": ""]))
        #expect(settings.database.location == .embedded)
        #expect(settings.listen.listen.description == "127.0.0.1:50051")
    }

    @Test(
        "A name that nobody knows is only taken for one that is near",
        arguments: [
            ("AGENTD_LISTENN", "Did you mean AGENTD_LISTEN?"), ("AGENTD_LOGLEVEL", "Did you mean AGENTD_LOG_LEVEL?"),
            ("AGENTD_BOGUS", "`agentd config --example` shows all that there are."),
            ("AGENTD_FOO", "`agentd config --example` shows all that there are."),
        ])
    func unknownName(name: String, advice: String) throws {
        let failure = try #require(throws: SettingsFailure.self) {
            try Settings(SettingsSources(environment: [name: "1"]))
        }
        #expect(failure.description == "\(name) is not a setting of agentd. \(advice)")
    }

    @Test("The same address for clients and for operators is refused, unless the system chooses the ports")
    func sameAddress() throws {
        func settings(_ address: String) throws -> Settings {
            try Settings(SettingsSources(environment: ["AGENTD_LISTEN": address, "AGENTD_ADMIN_LISTEN": address]))
        }
        let failure = try #require(throws: SettingsFailure.self) { try settings("127.0.0.1:5000") }
        #expect(
            failure.description.hasPrefix("AGENTD_LISTEN and AGENTD_ADMIN_LISTEN are both 127.0.0.1:5000. Give one"))
        #expect(throws: Never.self) { try settings("127.0.0.1:0") }
    }
}

/// A file for one test. Those that stay are in one folder, which goes when the process ends by itself.
enum TestFile {
    private static let folder: String = {
        var template = Array("/tmp/agentd-test-\(String(repeating: "X", count: 6))".utf8CString)
        guard let folder = mkdtemp(&template).map({ String(cString: $0) }) else {
            preconditionFailure("A folder below /tmp cannot be made: errno \(errno).")
        }
        atexit { try? FileManager.default.removeItem(atPath: TestFile.folder) }
        return folder
    }()

    static func path(_ contents: String) throws -> String {
        let path = "\(folder)/\(UUID().uuidString)"
        try contents.write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    static func configuration(_ contents: String) throws -> ConfigurationFile {
        let path = try path(contents)
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try ConfigurationFile(path: path)
    }
}
