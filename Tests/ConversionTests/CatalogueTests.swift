import Testing

internal import Storage
internal import TestSupport

@Suite("The schema of a converted database", .timeLimit(.minutes(3)))
struct CatalogueTests {
    @Test("When the application is switched off, it is that of a new database in every detail")
    func finished() async throws {
        try await LegacyApplication.with { application in
            try application.convert()
            try application.conversion.finish()
            let converted = try application.database.catalogue()
            let fresh = try await TestDatabase.with { try $0.catalogue() }
            #expect(converted == fresh)
            #expect(fresh.count > 200)
        }
    }

    @Test("While the application is there, only the triggers that show it agentd's changes and the steps of ids differ")
    func withApplication() async throws {
        try await LegacyApplication.with { application in
            try application.convert()
            let converted = Set(try application.database.catalogue(schemas: "n.nspname = 'public'"))
            let fresh = Set(try await TestDatabase.with { try $0.catalogue(schemas: "n.nspname = 'public'") })
            let added = converted.subtracting(fresh).filter { !$0.hasPrefix("setting ") && !$0.hasPrefix("schema ") }
            let triggers = added.filter { $0.hasPrefix("trigger CREATE TRIGGER") }
            #expect(triggers.allSatisfy { $0.contains("agentd_conversion") })
            #expect(triggers.count == 8)
            #expect(added.subtracting(triggers).allSatisfy { $0.hasPrefix("sequence public.") && $0.contains("by 2") })
            #expect(
                fresh.subtracting(converted).allSatisfy { $0.hasPrefix("sequence ") || $0.hasPrefix("schema ") })
        }
    }

    @Test("Row-level security is off where ENABLE_ROW_LEVEL_SECURITY says so")
    func withoutRowLevelSecurity() async throws {
        try await LegacyApplication.with { application in
            let conversion = Conversion(
                ownerConninfo: application.database.owner, defaultTenantSlug: "default", rowLevelSecurity: false)
            _ = try conversion.run(ConversionRules())
            let secured = try application.database.rows(
                "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relrowsecurity")
            #expect(secured == [["0"]])
        }
    }
}
