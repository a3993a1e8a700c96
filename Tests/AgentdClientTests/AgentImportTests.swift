internal import AgentdClient
internal import AgentdCore
internal import Testing

@Suite("AgentImport")
struct AgentImportTests {
    private static func candidate(_ text: String, _ lines: AgentImport = AgentImport()) throws -> AgentImport.Candidate
    {
        try #require(try lines.candidate(.line(number: 1, bytes: Array(text.utf8))))
    }

    private static func problem(_ text: String) throws -> AgentImport.Problem {
        try #require(throws: AgentImport.Problem.self) {
            try AgentImport().candidate(.line(number: 7, bytes: Array(text.utf8)))
        }
    }

    @Test("A definition of a collection becomes an agent that keeps all of it")
    func collection() throws {
        let agent = try Self.candidate(
            #"""
            {"name": "data-engineer", "description": "Use when: \"pipelines\"", "category": "data-ai", "model": "",
             "tools": ["Read", "Bash"], "system_prompt": "You – are\n\tan engineer. 🙂 {}"}
            """#
        ).agent
        #expect(agent.name == "data-engineer")
        #expect(agent.description == #"Use when: "pipelines""#)
        #expect(agent.systemPrompt == "You – are\n\tan engineer. 🙂 {}")
        #expect(agent.type == .dataAnalysis)
        #expect(agent.status == .unspecified)
        #expect(agent.config == #"{"category":"data-ai","model":"","tools":["Read","Bash"]}"#)
        #expect(!agent.isPublic)
    }

    @Test("A line with the fields of an agent is taken as it is, and its config byte for byte")
    func ownFields() throws {
        let agent = try Self.candidate(
            #"""
            {"id": "12", "etag": "r3", "owner_id": "4", "is_active": true, "name": "n",
             "agent_type": "AGENT_TYPE_CUSTOM", "status": "paused", "is_public": true,
             "config": "{ \"b\": 1.0,\"a\": 2 }"}
            """#
        ).agent
        #expect(agent.type == .custom)
        #expect(agent.status == .paused)
        #expect(agent.isPublic)
        #expect(agent.config == #"{ "b": 1.0,"a": 2 }"#)
        #expect(agent.id == 0)
        #expect(agent.etag.isEmpty)
    }

    @Test("What an agent has no field for joins its own config")
    func joinedConfig() throws {
        let agent = try Self.candidate(#"{"name": "n", "config": {"b": 12345678901234567890, "a": null}, "z": [1.50]}"#)
            .agent
        #expect(agent.config == #"{"a":null,"b":12345678901234567890,"z":[1.5]}"#)
    }

    @Test("The type is that of the line, then that of the options, then what the category suggests, then the default")
    func types() throws {
        var lines = AgentImport()
        #expect(try Self.candidate(#"{"name": "n"}"#, lines).agent.type == .workflow)
        lines.defaultType = .research
        #expect(try Self.candidate(#"{"name": "n", "category": "gardening"}"#, lines).agent.type == .research)
        #expect(try Self.candidate(#"{"name": "n", "category": "infrastructure"}"#, lines).agent.type == .workflow)
        lines.type = .contentCreation
        #expect(try Self.candidate(#"{"name": "n", "category": "data-ai"}"#, lines).agent.type == .contentCreation)
        #expect(try Self.candidate(#"{"name": "n", "agent_type": "RESEARCH"}"#, lines).agent.type == .research)
    }

    @Test(
        "A line that cannot be an agent is reported with its number",
        arguments: [
            ("{", "is not JSON"), ("[1]", "is not a JSON object"), ("12", "is not a JSON object"),
            (#"{"name": ""}"#, "name"),
            ("{}", "name"), (#"{"name": 3}"#, "name"), (#"{"name": "n", "agent_type": "BUTLER"}"#, "agent_type"),
            (#"{"name": "n", "agent_type": "UNSPECIFIED"}"#, "agent_type"),
            (#"{"name": "n", "is_public": "yes"}"#, "is_public"),
            (#"{"name": "n", "config": "[]"}"#, "config"), (#"{"name": "n", "config": 1}"#, "config"),
            (#"{"name": "n", "config": {"a": 1}, "a": 2}"#, "a: is also in config"), (#"{"name": "a\u0000b"}"#, "NUL"),
            (#"{"name": "n", "is_active": false}"#, "is_active"),
        ])
    func problems(line: String, expected: String) throws {
        let problem = try Self.problem(line)
        #expect(problem.lineNumber == 7)
        #expect(problem.description.contains(expected))
    }

    @Test("All that is wrong with a line is reported at once, with its name")
    func allProblems() throws {
        let long = String(repeating: "x", count: 8_193)
        let problem = try Self.problem(#"{"name": "n", "status": 1, "description": "\#(long)", "system_prompt": []}"#)
        #expect(problem.name == "n")
        for field in ["status", "description", "system_prompt"] { #expect(problem.description.contains(field)) }
    }

    @Test("Bytes that are not UTF-8 are no agent")
    func notUTF8() {
        let bytes = Array(#"{"name": ""#.utf8) + [0xFF] + Array(#""}"#.utf8)
        #expect(throws: AgentImport.Problem.self) { try AgentImport().candidate(.line(number: 1, bytes: bytes)) }
    }

    @Test("A blank line is none", arguments: ["", "  ", "\t"])
    func blank(line: String) throws {
        #expect(try AgentImport().candidate(.line(number: 1, bytes: Array(line.utf8))) == nil)
    }

    @Test("The same line at the same place always has the same request id, whatever the options")
    func requestID() throws {
        let line = Array(#"{"name": "n"}"#.utf8)
        let id = try #require(try AgentImport().candidate(.line(number: 3, bytes: line))).requestID
        var lines = AgentImport()
        lines.type = .research
        #expect(try #require(try lines.candidate(.line(number: 3, bytes: line))).requestID == id)
        #expect(try #require(try lines.candidate(.line(number: 4, bytes: line))).requestID != id)
        #expect(ImportRequestID.make(lineNumber: 3, line: line + [0x20]) != id)
        let uuid = try #require(UUIDValue(id))
        #expect(uuid.high >> 12 & 0xF == 8)
        #expect(uuid.low >> 62 == 2)
    }

    @Test("The request id of a line is the same in every version of the program")
    func knownRequestID() {
        #expect(
            ImportRequestID.make(lineNumber: 1, line: Array(#"{"name":"n"}"#.utf8))
                == "4b0bb49e-d45e-8683-b4a1-d31374bb9128")
    }
}
