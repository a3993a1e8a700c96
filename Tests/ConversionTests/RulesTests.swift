import Testing

internal import Storage

@Suite("The decisions of a conversion")
struct RulesTests {
    @Test("A mapping file is CSV, with quotes, comments and a first line that names the columns")
    func mapping() throws {
        var rules = ConversionRules()
        try rules.readMapping(
            "kind,from,to\r\n# what sales made\nagent_type,\"sales, \"\"old\"\"\",workflow\n\n"
                + "status,,archived\nemail,7,a@x\n",
            named: "m.csv")
        #expect(rules.entries(.agentType).map(\.from) == ["sales, \"old\""])
        #expect(rules.entries(.status).map(\.to) == ["archived"])
        #expect(rules.entries(.email).map(\.to) == ["a@x"])
    }

    @Test(
        "What is wrong with a mapping file is said with its name and line",
        arguments: [
            ("agent_type,a", "line 1: there are 2 values"), ("\nkind_of,a,b", "line 2: \"kind_of\" is no kind"),
            ("agent_type,a,bot", "line 1: \"bot\" is no value of the type \"a\""),
            ("status,a,\"draft", "line 1: a quote is not closed"),
            ("status,\"a\"b,draft", "line 1: after the closing quote"),
            ("email,me@x,you@x", "line 1: \"me@x\" is no id"),
            ("email,1,nobody", "line 1: \"nobody\" is not an e-mail"),
            ("status,a,draft\nstatus,a,active", "line 2: \"a\" (status) is given both"),
        ])
    func mistake(_ text: String, _ words: String) {
        var rules = ConversionRules()
        #expect {
            try rules.readMapping(text, named: "m.csv")
        } throws: { "\($0)".hasPrefix("m.csv: \(words)") }
    }

    @Test("A tenant map takes e-mails and domains in any case")
    func tenantMap() throws {
        var rules = ConversionRules()
        try rules.readTenantMap("user,tenant\nAnn@X.example,acme\n@Globex.example,globex", named: "t.csv")
        #expect(rules.entries(.tenant).map(\.from) == ["ann@x.example", "globex.example"])
    }

    @Test("A slug that no tenant can have is refused", arguments: ["", "Acme", "a_b", "1a", "a-", "-a"])
    func slug(_ slug: String) {
        var rules = ConversionRules()
        #expect {
            try rules.readTenantMap("ann@x.example,\(slug)", named: "t.csv")
        } throws: { "\($0)".contains("slug") }
    }
}
