internal import AgentdCore
internal import Storage
internal import Testing

@testable internal import Services

@Suite("The filter of a list of agents")
struct AgentFilterParserTests {
    private static func filter(_ change: (inout AgentQuery.Filter) -> Void) -> AgentQuery.Filter {
        var filter = AgentQuery.Filter()
        change(&filter)
        return filter
    }

    private static let understood: [(text: String, filter: AgentQuery.Filter)] = [
        ("", filter { _ in }),
        ("  \t ", filter { _ in }),
        ("agent_type = CUSTOM", filter { $0.type = .custom }),
        ("agent_type=AGENT_TYPE_DATA_ANALYSIS", filter { $0.type = .dataAnalysis }),
        ("agent_type = \"RESEARCH\"", filter { $0.type = .research }),
        ("status = ACTIVE", filter { $0.status = .active }),
        ("status = AGENT_STATUS_ARCHIVED", filter { $0.status = .archived }),
        ("is_public = true", filter { $0.isPublic = true }),
        ("is_public=false", filter { $0.isPublic = false }),
        ("is_public = \"false\"", filter { $0.isPublic = false }),
        ("owner_id = 7", filter { $0.ownerID = 7 }),
        ("owner_id = 9223372036854775807", filter { $0.ownerID = .max }),
        ("name = \"exact\"", filter { $0.name = .exactly("exact") }),
        ("name = exact-1.0_b", filter { $0.name = .exactly("exact-1.0_b") }),
        ("name = \"prefix*\"", filter { $0.name = .startsWith("prefix") }),
        ("name = prefix*", filter { $0.name = .startsWith("prefix") }),
        ("name = *", filter { $0.name = .startsWith("") }),
        ("name = \"a\\*\"", filter { $0.name = .exactly("a*") }),
        ("name = \"\\**\"", filter { $0.name = .startsWith("*") }),
        ("name = \"say \\\"hi\\\" \\\\ to\"", filter { $0.name = .exactly("say \"hi\" \\ to") }),
        ("name = \"\"", filter { $0.name = .exactly("") }),
        ("name = \"AND\"", filter { $0.name = .exactly("AND") }),
        ("name : \"substring\"", filter { $0.name = .contains("substring") }),
        ("name:sub", filter { $0.name = .contains("sub") }),
        ("name : \"50*2\"", filter { $0.name = .contains("50*2") }),
        ("name = \"Wörter 🦉*\"", filter { $0.name = .startsWith("Wörter 🦉") }),
        ("name = \"x' OR 1=1 --\"", filter { $0.name = .exactly("x' OR 1=1 --") }),
        (
            "agent_type = CUSTOM AND status = DRAFT AND is_public = true AND owner_id = 1 AND name : \"x\"",
            filter {
                $0.type = .custom
                $0.status = .draft
                $0.isPublic = true
                $0.ownerID = 1
                $0.name = .contains("x")
            }
        ),
        (
            "\nstatus=PAUSED\tAND   name=a\n",
            filter {
                $0.status = .paused; $0.name = .exactly("a")
            }
        ),
    ]

    @Test("Terms are read, in any order and with any spaces between", arguments: understood)
    func reads(_ text: String, _ filter: AgentQuery.Filter) throws {
        #expect(try AgentFilterParser.parse(text) == filter)
    }

    private static let refused: [(text: String, column: Int, fragment: String)] = [
        ("colour = RED", 1, "\"colour\" is no field"),
        ("status = ACTIVE AND id = 3", 21, "\"id\" is no field"),
        ("= 3", 1, "name of a field is expected"),
        ("status", 7, "= is expected"),
        ("status : ACTIVE", 8, "= is expected"),
        ("status != ACTIVE", 8, "= is expected"),
        ("name ~ \"x\"", 6, "= or : is expected"),
        ("status =", 9, "a value is expected"),
        ("status = (ACTIVE)", 10, "a value is expected"),
        ("status = active", 10, "one of DRAFT"),
        ("status = AGENT_STATUS_AGENT_STATUS_DRAFT", 10, "one of DRAFT"),
        ("status = UNSPECIFIED", 10, "one of DRAFT"),
        ("agent_type = ROBOT", 14, "one of CUSTOMER_SERVICE"),
        ("is_public = yes", 13, "true or false"),
        ("owner_id = 0", 12, "id of a user"),
        ("owner_id = -7", 12, "id of a user"),
        ("owner_id = 9223372036854775808", 12, "id of a user"),
        ("owner_id = seven", 12, "id of a user"),
        ("status = DRAFT OR name = x", 16, "AND is expected"),
        ("status = DRAFT name = x", 16, "AND is expected"),
        ("status = DRAFT and name = x", 16, "AND is expected"),
        ("status = DRAFT AND", 19, "name of a field is expected"),
        ("status = DRAFT AND AND name = x", 20, "\"AND\" is no field"),
        ("status = DRAFT AND status = ACTIVE", 20, "status is asked for twice"),
        ("name = a AND name : b", 14, "name is asked for twice"),
        ("name = \"open", 8, "quotes are not closed"),
        ("name = \"open\\", 14, "after \\"),
        ("name = \"a\\nb\"", 11, "after \\"),
        ("name = \"a*b\"", 8, "* stands for the rest"),
        ("name = \"a**\"", 8, "* stands for the rest"),
        ("name = 'single'", 8, "a value is expected"),
        ("NOT status = DRAFT", 1, "\"NOT\" is no field"),
        ("name = \"🦉\" x", 12, "AND is expected"),
    ]

    @Test("What is no filter is refused at its column", arguments: refused)
    func refuses(_ text: String, _ column: Int, _ fragment: String) {
        let problem = #expect(throws: FilterProblem.self) { try AgentFilterParser.parse(text) }
        #expect(problem?.column == column)
        #expect(problem?.description.contains(fragment) == true, "\(problem?.description ?? "nothing")")
    }

    @Test("A filter longer than 2,048 bytes is refused unread, one of that length is read")
    func bounds() throws {
        let start = "name = \""
        let longest = start + String(repeating: "x", count: 2_047 - start.utf8.count) + "\""
        #expect(longest.utf8.count == FilterTerms.maximumBytes)
        #expect(try AgentFilterParser.parse(longest).name != nil)
        #expect(throws: FilterProblem.self) { try AgentFilterParser.parse(longest + " ") }
    }

    @Test("Every beginning of a filter is either a filter or refused")
    func survivesEveryBeginning() {
        let text = "agent_type = \"CUSTOM\" AND name = \"a\\\"b\\\\*\" AND owner_id = 12 AND is_public = true"
        var read = 0
        for end in text.indices where (try? AgentFilterParser.parse(String(text[..<end]))) != nil { read += 1 }
        // "", the blanks behind each whole term, and the digits of the owner.
        #expect(read > 4 && read < 12)
    }
}
