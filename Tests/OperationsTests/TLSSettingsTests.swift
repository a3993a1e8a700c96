internal import Operations
import Testing

@Suite("Settings of TLS and of sockets")
struct TLSSettingsTests {
    @Test("Without any of them connections are not encrypted")
    func plain() throws {
        #expect(try Settings(SettingsSources()).tls.files == nil)
    }

    @Test("The files are read with the settings")
    func files() throws {
        let (certificate, key, authorities) = (
            try TestFile.path("a certificate"), try TestFile.path("a key"), try TestFile.path("authorities")
        )
        var environment = ["AGENTD_TLS_CERTIFICATE": certificate, "AGENTD_TLS_KEY": key]
        let encrypted = try #require(try Settings(SettingsSources(environment: environment)).tls.files)
        #expect(encrypted.certificate.path == certificate && encrypted.certificate.text == "a certificate")
        #expect(encrypted.key.path == key && encrypted.key.text == "a key")
        #expect(encrypted.clientAuthorities == nil)
        environment["AGENTD_TLS_CLIENT_CA"] = authorities
        let mutual = try #require(try Settings(SettingsSources(environment: environment)).tls.files)
        #expect(mutual.clientAuthorities?.text == "authorities")
    }

    @Test(
        "A part without the others is refused, and what is missing is named",
        arguments: [
            (["AGENTD_TLS_CERTIFICATE"], "AGENTD_TLS_CERTIFICATE is set and AGENTD_TLS_KEY is not."),
            (["AGENTD_TLS_KEY"], "AGENTD_TLS_KEY is set and AGENTD_TLS_CERTIFICATE is not."),
            (
                ["AGENTD_TLS_CLIENT_CA"],
                "AGENTD_TLS_CLIENT_CA is set and AGENTD_TLS_CERTIFICATE and AGENTD_TLS_KEY are not."
            ),
            (
                ["AGENTD_TLS_CLIENT_CA", "AGENTD_TLS_CERTIFICATE"],
                "AGENTD_TLS_CERTIFICATE is set and AGENTD_TLS_KEY is not."
            ),
        ])
    func half(given: [String], sentence: String) throws {
        let file = try TestFile.path("text")
        let environment = Dictionary(uniqueKeysWithValues: given.map { ($0, file) })
        let failure = try #require(throws: SettingsFailure.self) {
            try Settings(SettingsSources(environment: environment))
        }
        #expect(failure.description.hasPrefix(sentence), "\(failure)")
        #expect(failure.problems.count == 1)
    }

    @Test("Files that cannot be read are named with their settings, and nothing else is said about them")
    func unreadable() throws {
        let environment = ["AGENTD_TLS_CERTIFICATE": "/nowhere/a.pem", "AGENTD_TLS_KEY": "/nowhere/a.key"]
        let failure = try #require(throws: SettingsFailure.self) {
            try Settings(SettingsSources(environment: environment))
        }
        let problems = failure.problems.map(\.description)
        #expect(problems.count == 2, "\(failure)")
        #expect(problems[0].hasPrefix("The file /nowhere/a.pem of AGENTD_TLS_CERTIFICATE cannot be read"))
        #expect(problems[1].hasPrefix("The file /nowhere/a.key of AGENTD_TLS_KEY cannot be read"))
    }

    @Test("A file far longer than any certificate is not read to its end")
    func endless() throws {
        let key = try TestFile.path("a key")
        let environment = ["AGENTD_TLS_CERTIFICATE": "/dev/zero", "AGENTD_TLS_KEY": key]
        let failure = try #require(throws: SettingsFailure.self) {
            try Settings(SettingsSources(environment: environment))
        }
        #expect(failure.description.contains("/dev/zero of AGENTD_TLS_CERTIFICATE has more than"), "\(failure)")
    }

    @Test(
        "The permissions of the socket are octal digits",
        arguments: [("660", 0o660 as UInt32), ("0666", 0o666), ("600", 0o600), ("0777", 0o777)])
    func socketMode(text: String, mode: UInt32) throws {
        #expect(try Settings(SettingsSources(environment: ["AGENTD_SOCKET_MODE": text])).listen.socketMode == mode)
    }

    @Test("Anything else is refused", arguments: ["", "66", "0", "8", "888", "1660", "rw-", "+66", "00660", "-66"])
    func noSocketMode(text: String) throws {
        let flags = ["--socket-mode": text]
        let failure = try #require(throws: SettingsFailure.self) { try Settings(SettingsSources(flags: flags)) }
        #expect(failure.description.contains("it must be three octal digits"))
    }
}
