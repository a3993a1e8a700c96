internal import Operations
import Testing

@Suite("Comparison of settings")
struct SettingsComparisonTests {
    private func settings(_ environment: [String: String] = [:], file: String? = nil) throws -> Settings {
        try Settings(
            SettingsSources(
                environment: environment.merging(["HOME": "/h"]) { own, _ in own },
                file: try file.map(TestFile.configuration)))
    }

    @Test("Each setting that has another value is named, with both")
    func changes() throws {
        let old = try settings(["AGENTD_LOG_LEVEL": "info", "AGENTD_LISTEN": "127.0.0.1:1"])
        let new = try settings([
            "AGENTD_LOG_LEVEL": "debug", "AGENTD_LISTEN": "127.0.0.1:2", "AGENTD_MAX_IN_FLIGHT": "7",
        ])
        let changes = new.changes(since: old)
        #expect(
            changes.map(\.text) == [
                "AGENTD_LISTEN: 127.0.0.1:1 -> 127.0.0.1:2", "AGENTD_MAX_IN_FLIGHT: 1024 -> 7",
                "AGENTD_LOG_LEVEL: info -> debug",
            ])
        #expect(changes.map(\.entry.changesAtRunTime) == [false, true, true])
    }

    @Test("Where a value comes from does not matter")
    func origin() throws {
        let old = try settings(["AGENTD_LOG_LEVEL": "debug"])
        let new = try settings(file: #"{"log_level": "debug", "log_format": "console"}"#)
        #expect(new.changes(since: old).isEmpty)
    }

    @Test("A secret that has changed is named without either")
    func secret() throws {
        let (first, second) = (String(repeating: "a", count: 32), String(repeating: "b", count: 32))
        let old = try settings(["AGENTD_JWT_SECRET": first])
        let other = try settings(["AGENTD_JWT_SECRET": second])
        #expect(try settings(["AGENTD_JWT_SECRET": first]).changes(since: old).isEmpty)
        #expect(other.changes(since: old).map(\.text) == ["AGENTD_JWT_SECRET: another value"])
        #expect(try settings().changes(since: old).map(\.text) == ["AGENTD_JWT_SECRET: redacted -> not set"])
        let file = try TestFile.path(second + "\n")
        #expect(try settings(["AGENTD_JWT_SECRET_FILE": file]).changes(since: other).isEmpty)
    }

    @Test(
        "The password of a database is not shown",
        arguments: [
            ("postgresql://a:old@db/x", "postgresql://a:new@db/x"), ("user=a password=old", "user=a password=new"),
        ])
    func password(from: String, to: String) throws {
        let old = try settings(["AGENTD_DATABASE_URL": from, "AGENTD_PLATFORM_DATABASE_URL": "user=p"])
        let new = try settings(["AGENTD_DATABASE_URL": to, "AGENTD_PLATFORM_DATABASE_URL": "user=p"])
        let texts = new.changes(since: old).map(\.text)
        #expect(texts.contains("AGENTD_DATABASE_URL: another value"))
        #expect(!texts.joined().contains("old") && !texts.joined().contains("new"))
    }

    @Test(
        "What can be changed while agentd runs says so in the table", arguments: ["AGENTD_LOG_LEVEL", "AGENTD_LISTEN"])
    func table(name: String) throws {
        let entry = try #require(SettingsTable.entries.first { $0.name == name })
        let row = try #require(SettingsTable.reference.split(separator: "\n").first { $0.contains("`\(name)`") })
        #expect(row.contains("at SIGHUP") == entry.changesAtRunTime)
        #expect(entry.changesAtRunTime == (name == "AGENTD_LOG_LEVEL"))
    }
}
