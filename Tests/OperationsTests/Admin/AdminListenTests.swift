internal import AgentdCore
internal import Operations
import Testing

@Suite("Where the administrative server listens")
struct AdminListenTests {
    @Test(
        "On loopback, unless it is told otherwise, or told not to",
        arguments: [
            (nil, "127.0.0.1:9090"), ("0.0.0.0:80", "0.0.0.0:80"), ("[::1]:0", "[::1]:0"), ("off", nil), ("OFF", nil),
        ] as [(String?, String?)])
    func address(text: String?, expected: String?) throws {
        let settings = try Settings(SettingsSources(environment: text.map { ["AGENTD_ADMIN_LISTEN": $0] } ?? [:]))
        #expect(settings.listen.adminListen?.description == expected)
    }

    @Test(
        "Anything else is refused in words that name both forms",
        arguments: ["on", "9090", "unix:/run/admin.sock", ":1"])
    func refused(text: String) throws {
        let failure = try #require(throws: SettingsFailure.self) {
            try Settings(SettingsSources(environment: ["AGENTD_ADMIN_LISTEN": text]))
        }
        #expect(
            failure.description.contains("it must be a host and a port, such as 127.0.0.1:9090 or [::1]:9090, or off"))
    }
}
