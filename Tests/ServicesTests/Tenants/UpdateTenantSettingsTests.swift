internal import AgentdCore
internal import Messages
internal import Testing

@testable internal import Services

@Suite("A change of settings")
struct UpdateTenantSettingsTests {
    private static func request(_ settings: KeyValuePairs<String, String>) -> UpdateTenantSettingsRequest {
        var request = UpdateTenantSettingsRequest()
        request.settings = settings.map { .init(key: $0.key, value: $0.value) }
        return request
    }

    private static func texts(_ settings: KeyValuePairs<String, String>) throws -> [String: String?] {
        try UpdateTenantSettings.texts(of: request(settings))
    }

    private static func violations(_ request: UpdateTenantSettingsRequest) -> [FieldViolation] {
        ServicesTests.violations { () throws(ServiceError) in try UpdateTenantSettings.texts(of: request) }
    }

    /// A value of each setting, the form in which it is kept, and one that is none.
    private static let values: [(key: String, given: String, kept: String, wrong: String)] = [
        ("default_agent_status", "PAUSED", "PAUSED", "paused"),
        ("default_agent_visibility", "PUBLIC", "PUBLIC", "EVERYBODY"),
        ("allowed_agent_types", "WORKFLOW, RESEARCH ,RESEARCH", "RESEARCH,WORKFLOW", "RESEARCH,,WORKFLOW"),
        ("max_prompt_bytes", "1", "1", "262145"), ("default_page_size", "1000", "1000", "1001"),
        ("audit_retention_days", "30", "30", "29"),
    ]

    @Test("Each setting takes its values in one form, and refuses others with what it expects", arguments: values)
    func value(_ key: String, _ given: String, _ kept: String, _ wrong: String) throws {
        #expect(try Self.texts([key: given]) == [key: kept])
        let violations = Self.violations(Self.request([key: wrong]))
        #expect(violations.map(\.field) == ["settings[0].value"])
        let expected = try #require(TenantSetting.named(key)).expected
        #expect(violations.first?.description.contains(expected) == true)
    }

    @Test("Every setting there is has a case above")
    func complete() {
        #expect(Set(Self.values.map(\.key)) == Set(TenantSetting.all.map(\.key)))
    }

    @Test("An empty value, and one that is the default, take a setting back")
    func takenBack() throws {
        for setting in TenantSetting.all {
            for value in ["", setting.text(TenantSettings())] {
                #expect(try Self.texts([setting.key: value]) == [setting.key: String?.none])
            }
        }
    }

    @Test("Everything that is wrong is named at once")
    func allViolations() {
        var request = Self.request([
            "default_page_size": "0", "max_promt_bytes": "5", "max_prompt_bytes": "5", "max_prompt_bytes": "x",
            "": "", "Default_Page_Size": "1",
        ])
        request.requestID = "x"
        let violations = Self.violations(request)
        #expect(
            violations.map(\.field) == [
                "settings[0].value", "settings[1].key", "settings[3].key", "settings[3].value", "settings[4].key",
                "settings[5].key", "request_id",
            ])
        #expect(violations.first { $0.field == "settings[1].key" }?.description.contains("max_prompt_bytes") == true)
    }

    @Test("No settings, and far too many, are refused with an answer of bearable size")
    func count() {
        #expect(Self.violations(Self.request([:])).map(\.field) == ["settings"])
        var request = UpdateTenantSettingsRequest()
        request.settings = Array(
            repeating: .init(key: String(repeating: "x", count: 1_000), value: "y"), count: 100_000)
        let violations = Self.violations(request)
        #expect(violations.first?.field == "settings" && violations.count <= FieldViolations.maximumKept)
        #expect(violations.allSatisfy { $0.description.utf8.count < 300 })
    }
}
