internal import Operations
import Testing

@Suite("Flags of settings")
struct SettingFlagTests {
    @Test("A value follows its flag, or an equals sign")
    func forms() throws {
        let flags = try SettingsSources.flags([
            "--listen", "[::1]:0", "--jwt-issuer=a=b", "--enable-tenant-isolation=true",
        ])
        #expect(flags == ["--listen": "[::1]:0", "--jwt-issuer": "a=b", "--enable-tenant-isolation": "true"])
    }

    @Test(
        "What cannot be understood is refused",
        arguments: [
            (["--lisen", "x"], "--lisen is not an option of this command. Did you mean --listen?"),
            (["listen"], "\"listen\" is not expected here."), (["--listen"], "--listen needs a value."),
            (["--listen=a:1", "--listen", "b:1"], "--listen is given twice."),
        ])
    func refusals(arguments: [String], sentence: String) throws {
        let problem = try #require(throws: SettingsProblem.self) { try SettingsSources.flags(arguments) }
        #expect(problem.description == sentence)
    }
}
