internal import Operations
import Testing

@Suite("Settings of tenancy")
struct TenancySettingsTests {
    private func tenancy(_ environment: [String: String]) throws -> TenancySettings {
        try Settings(SettingsSources(environment: environment)).tenancy
    }

    @Test(
        "Each switch can be on and off, whatever the other one is",
        arguments: [("true", true), ("1", true), ("ON", true), ("false", false), ("0", false), ("No", false)])
    func switches(text: String, isOn: Bool) throws {
        let isolation = try tenancy(["ENABLE_TENANT_ISOLATION": text])
        #expect(isolation.isolatesTenants == isOn && isolation.usesRowLevelSecurity)
        let security = try tenancy(["ENABLE_ROW_LEVEL_SECURITY": text])
        #expect(security.usesRowLevelSecurity == isOn && security.isolatesTenants)
        let both = try tenancy(["ENABLE_TENANT_ISOLATION": text, "ENABLE_ROW_LEVEL_SECURITY": text])
        #expect(both.isolatesTenants == isOn && both.usesRowLevelSecurity == isOn)
    }

    @Test("The only tenant is the default one, and only where tenants are not isolated")
    func singleTenant() throws {
        #expect(try tenancy([:]).singleTenantSlug == nil)
        #expect(try tenancy(["DEFAULT_TENANT_SLUG": "acme"]).singleTenantSlug == nil)
        #expect(try tenancy(["ENABLE_TENANT_ISOLATION": "false"]).singleTenantSlug == "default")
        let named = try tenancy(["ENABLE_TENANT_ISOLATION": "false", "DEFAULT_TENANT_SLUG": "acme"])
        #expect(named.singleTenantSlug == "acme" && named.defaultTenantSlug == "acme")
    }

    @Test("A slug is what it is for tenants", arguments: ["a", "acme", "acme-2", String(repeating: "a", count: 63)])
    func slug(text: String) throws {
        #expect(try tenancy(["DEFAULT_TENANT_SLUG": text]).defaultTenantSlug == text)
    }

    @Test(
        "What no tenant can have as its slug is refused, an id among it",
        arguments: [
            "Acme", "2acme", "acme-", "-acme", "a_b", "a b", "\u{e4}cme", String(repeating: "a", count: 64),
            "a0000000-0000-4000-8000-00000000000a",
        ])
    func wrongSlug(text: String) throws {
        let failure = try #require(throws: SettingsFailure.self) { try tenancy(["DEFAULT_TENANT_SLUG": text]) }
        #expect(failure.description.contains("DEFAULT_TENANT_SLUG is \"\(text)\""))
        #expect(failure.description.contains("it must be a slug"))
    }
}
