internal import Testing

@testable internal import Services

@Suite("JSON objects")
struct JSONObjectScannerTests {
    private static func nested(_ depth: Int) -> String {
        String(repeating: "{\"a\":", count: depth - 1) + "{}" + String(repeating: "}", count: depth - 1)
    }

    private static let objects: [String] = [
        "{}", " \t\r\n{ } \n", #"{"a":1}"#, #"{"a":1,"a":2}"#, #"{"":null}"#, #"{"a":[1,[],{},"x",true,false,null]}"#,
        #"{"n":[0,-0,10,-1.5,1e9,1E-9,0.25e+10,123456789012345678901234567890]}"#,
        #"{"s":"\"\\\/\b\f\n\r\t\u00e4\uABCD"}"#,
        #"{"owl":"\ud83e\udd89","\uD83E\uDD89":"🦉"}"#, "{\"del\":\"\u{7F}\"}", nested(JSONObjectScanner.maximumDepth),
    ]

    @Test("Every object of RFC 8259 is one", arguments: objects)
    func accepts(_ text: String) throws {
        _ = try JSONObjectScanner.names(ofObject: Array(text.utf8))
    }

    private static let refused: [(text: String, offset: Int)] = [
        ("", 0), ("null", 0), ("[]", 0), ("1", 0), (#""{}""#, 0), ("\u{FEFF}{}", 0), ("{", 1), ("}", 0), ("{}}", 2),
        ("{}{}", 2),
        ("{} x", 3), (#"{"a"}"#, 4), (#"{"a":}"#, 5), (#"{"a":1,}"#, 7), (#"{,"a":1}"#, 1), (#"{"a":1 "b":2}"#, 7),
        (#"{a:1}"#, 1), (#"{'a':1}"#, 1), (#"{"a":'x'}"#, 5), (#"{1:2}"#, 1), (#"{"a":[1,]}"#, 8), (#"{"a":[1 2]}"#, 8),
        (#"{"a":[1}"#, 7), (#"{"a":1]"#, 6), (#"{"a":tru}"#, 5), (#"{"a":truex}"#, 9), (#"{"a":True}"#, 5),
        (#"{"a":nul"#, 5),
        (#"{"a":NaN}"#, 5), (#"{"a":Infinity}"#, 5), (#"{"a":01}"#, 6), (#"{"a":-}"#, 6), (#"{"a":-a}"#, 6),
        (#"{"a":+1}"#, 5),
        (#"{"a":.5}"#, 5), (#"{"a":1.}"#, 7), (#"{"a":1.e1}"#, 7), (#"{"a":1e}"#, 7), (#"{"a":1e+}"#, 8),
        (#"{"a":0x10}"#, 6),
        (#"{"a":1a}"#, 6), (#"{"a":"x}"#, 8), ("{\"a\":\"x\ny\"}", 7), ("{\"a\":\"\t\"}", 6), (#"{"a":"\x"}"#, 7),
        (#"{"a":"\"#, 7),
        (#"{"a":"\u12"}"#, 10), (#"{"a":"\u12G4"}"#, 10), (#"{"a":"\u00e"#, 11), ("{\"a\":1}\u{0}", 7),
        (#"{"a":1} // x"#, 8),
        ("{\"a\":\u{A0}1}", 5), (#"{"a" 1}"#, 5), (nested(JSONObjectScanner.maximumDepth + 1), 320),
    ]

    @Test("Anything else is refused at its place", arguments: refused)
    func refuses(_ text: String, _ offset: Int) {
        let problem = #expect(throws: JSONObjectScanner.Problem.self) {
            try JSONObjectScanner.names(ofObject: Array(text.utf8))
        }
        #expect(problem?.offset == offset)
    }

    @Test(
        "Escapes that the database cannot unescape are refused",
        arguments: [
            #"{"a":"\u0000"}"#, #"{"\u0000":1}"#, #"{"a":"\ud83e"}"#, #"{"a":"\ud83ex"}"#, #"{"a":"\ud83e\n"}"#,
            #"{"a":"\udd89"}"#, #"{"a":"\udd89\ud83e"}"#, #"{"a":"\ud83e\ud83e"}"#, #"{"a":"\ud83e\u0041"}"#,
            #"{"a":"\ud83e\"#,
        ])
    func refusesUnstorable(_ text: String) {
        #expect(throws: JSONObjectScanner.Problem.self) { try JSONObjectScanner.names(ofObject: Array(text.utf8)) }
    }

    @Test("A hundred thousand open brackets end with a refusal, not with the stack")
    func depth() {
        for opening in ["{\"a\":", "["] {
            let text = "{\"a\":" + String(repeating: opening, count: 100_000)
            #expect(throws: JSONObjectScanner.Problem.self) { try JSONObjectScanner.names(ofObject: Array(text.utf8)) }
        }
    }

    @Test("The names of the object itself are told, as written and as often")
    func names() throws {
        let names = try JSONObjectScanner.names(ofObject: Array(#"{"a":{"inner":1},"b\n":[{"x":2}],"a":3}"#.utf8))
        #expect(names.map { String(decoding: $0, as: UTF8.self) } == ["a", "b\\n", "a"])
    }

    @Test("Every beginning of an object is refused")
    func beginnings() {
        let text = Array(#"{"a":[1.5e3,"\u00e4",{"b":null}],"c":"\ud83e\udd89"}"#.utf8)
        for end in text.indices {
            #expect(throws: JSONObjectScanner.Problem.self) {
                try JSONObjectScanner.names(ofObject: Array(text[..<end]))
            }
        }
    }
}
