internal import AgentdCore
internal import Operations
import Testing

@Suite("The configuration file")
struct ConfigurationFileTests {
    @Test("Numbers and truth values may be written with or without quotes")
    func kinds() throws {
        for text in [
            #"{"event_loops": 3, "enable_tenant_isolation": true, "listen": "[::1]:1"}"#,
            #"{"event_loops": "3", "enable_tenant_isolation": "true", "listen": "[::1]:1"}"#,
        ] {
            let settings = try Settings(SettingsSources(file: try TestFile.configuration(text)))
            #expect(settings.listen.eventLoops == 3)
            #expect(settings.listen.listen.description == "[::1]:1")
        }
    }

    @Test(
        "A value of the wrong kind is refused",
        arguments: [
            (#"{"event_loops": true}"#, #"AGENTD_EVENT_LOOPS is "true""#),
            (#"{"event_loops": 1.5}"#, #"AGENTD_EVENT_LOOPS is "1.5""#),
            (#"{"event_loops": [1]}"#, "AGENTD_EVENT_LOOPS is"),
            (#"{"enable_tenant_isolation": 5}"#, #"ENABLE_TENANT_ISOLATION is "5""#),
            (#"{"frame_timeout": 10}"#, #"AGENTD_FRAME_TIMEOUT is "10""#),
            (#"{"listen": null}"#, "AGENTD_LISTEN is"), (#"{"listen": {"port": 1}}"#, "AGENTD_LISTEN is"),
        ])
    func wrongKinds(text: String, sentence: String) throws {
        let failure = try #require(throws: SettingsFailure.self) {
            try Settings(SettingsSources(file: try TestFile.configuration(text)))
        }
        #expect(failure.problems.count == 1)
        #expect(failure.description.hasPrefix(sentence), "\(failure)")
    }

    @Test("What is not one JSON object is refused", arguments: ["", "[]", "1", "{", #"{"listen": }"#])
    func noObject(text: String) throws {
        let problem = try #require(throws: SettingsProblem.self) { try TestFile.configuration(text) }
        #expect(problem.description.contains("is not one JSON object"))
        #expect(problem.description.hasSuffix(".") && !problem.description.contains(".."), "\(problem)")
    }

    @Test("A file that is not there is refused by name")
    func missing() throws {
        let problem = try #require(throws: SettingsProblem.self) { try ConfigurationFile(path: "/nowhere/agentd.json") }
        #expect(
            problem.description
                == "The configuration file /nowhere/agentd.json cannot be read: no such file or directory")
    }
}
