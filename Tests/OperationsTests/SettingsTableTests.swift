internal import Foundation
internal import Operations
import Testing

@Suite("The table of settings")
struct SettingsTableTests {
    @Test("Every setting of the table is read, and every setting that is read is in the table")
    func completeness() throws {
        let read = try Settings(SettingsSources()).effective.map(\.entry.name)
        #expect(read.count == Set(read).count)
        #expect(Set(read) == Set(SettingsTable.entries.map(\.name)))
    }

    @Test(
        "Names that others rely on are there",
        arguments: [
            "AGENTD_LISTEN", "AGENTD_ADMIN_LISTEN", "AGENTD_DATA_DIR", "AGENTD_DATABASE_URL",
            "AGENTD_PLATFORM_DATABASE_URL", "AGENTD_OWNER_DATABASE_URL", "AGENTD_JWT_SECRET", "AGENTD_JWKS",
            "AGENTD_LOG_LEVEL", "AGENTD_LOG_FORMAT", "ENABLE_TENANT_ISOLATION", "ENABLE_ROW_LEVEL_SECURITY",
            "DEFAULT_TENANT_SLUG", "AGENTD_TLS_CERTIFICATE", "AGENTD_TLS_KEY", "AGENTD_TLS_CLIENT_CA",
            "AGENTD_SOCKET_MODE",
        ])
    func fixedName(name: String) {
        #expect(SettingsTable.entries.contains { $0.name == name })
    }

    @Test("The example file explains every setting, can be used as it is, and changes nothing")
    func example() throws {
        let file = try TestFile.configuration(SettingsTable.example)
        let environment = ["HOME": "/h"]
        let with = try Settings(SettingsSources(environment: environment, file: file))
        let without = try Settings(SettingsSources(environment: environment))
        #expect(with.effective.map(\.shown) == without.effective.map(\.shown))
        for entry in SettingsTable.entries { #expect(SettingsTable.example.contains("\"// \(entry.key)\"")) }
    }

    @Test("Help and reference name every setting and its flag")
    func reference() {
        for entry in SettingsTable.entries {
            #expect(SettingsTable.reference.contains("`\(entry.name)`"))
            #expect(SettingsTable.help.contains("(\(entry.name))"))
            if let flag = entry.flag { #expect(SettingsTable.help.contains(flag)) }
        }
    }
}
