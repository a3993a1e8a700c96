internal import AgentdCore
internal import Storage
internal import Testing

@testable internal import Services

@Suite("Page tokens")
struct PageTokensTests {
    private let tokens = PageTokens(key: Array(0..<32))

    private static func binding(
        caller: Caller = Callers.caller(), method: String = "/agentd.v1.AgentService/ListAgents",
        parameters: [String] = ["status = ACTIVE", "name desc", ""]
    ) -> PageBinding {
        PageBinding(caller: caller, method: method, parameters: parameters)
    }

    private static let cursors: [PageCursor] = [
        PageCursor(.number(1)), PageCursor(.number(.max)), PageCursor(.text(""), .number(42)),
        PageCursor(.text("Nämen 🦉"), .number(42)), PageCursor(.text("slug"), .text("id")),
        PageCursor(.text(String(repeating: "\u{10FFFF}", count: 255)), .number(42)),
        PageCursor(.time(Timestamp(microseconds: 1_750_000_000_123_456)), .number(42)),
        PageCursor(.time(Timestamp(microseconds: -1)), .text("0123456789abcdef")), PageCursor(),
    ]

    @Test("A cursor comes back as it was", arguments: cursors)
    func roundTrip(_ cursor: PageCursor) throws {
        let text = tokens.text(of: cursor, for: Self.binding())
        #expect(try tokens.cursor(text, for: Self.binding()) == cursor)
        #expect(text.utf8.allSatisfy { Character(Unicode.Scalar($0)).isLetter || "0123456789-_".utf8.contains($0) })
    }

    @Test("A token with any byte altered, left out or added is refused", arguments: cursors)
    func tampering(_ cursor: PageCursor) {
        let text = Array(tokens.text(of: cursor, for: Self.binding()).utf8)
        func expectRefusal(_ bytes: some Sequence<UInt8>, _ what: String) {
            let error = #expect(throws: ServiceError.self, "\(what)") {
                try tokens.cursor(String(decoding: Array(bytes), as: UTF8.self), for: Self.binding())
            }
            #expect(error?.reason == .pageTokenInvalid)
        }
        for index in text.indices {
            for letter in [UInt8(ascii: "A"), UInt8(ascii: "Q"), UInt8(ascii: "_"), UInt8(ascii: "="), 0x80]
            where letter != text[index] {
                var altered = text
                altered[index] = letter
                expectRefusal(altered, "byte \(index)")
            }
            expectRefusal(text[..<index], "cut at \(index)")
        }
        expectRefusal(text + [UInt8(ascii: "A")], "one more")
        expectRefusal(text + [UInt8(ascii: "=")], "padded")
    }

    private static let strangers: [(what: String, binding: PageBinding)] = [
        ("another tenant", binding(caller: Callers.caller(tenantID: Callers.tenantB))),
        ("another user", binding(caller: Callers.caller(userID: 8))),
        (
            "the same user from another tenant",
            binding(
                caller: Caller(
                    principal: Callers.principal(tenantID: Callers.tenantB),
                    selecting: TenantProfile(id: Callers.tenantA)))
        ),
        ("another method", binding(method: "/agentd.v1.AgentService/ListPublicAgents")),
        ("another filter", binding(parameters: ["status = DRAFT", "name desc", ""])),
        ("another order", binding(parameters: ["status = ACTIVE", "name", ""])),
        ("deleted ones too", binding(parameters: ["status = ACTIVE", "name desc", "with deleted ones"])),
        ("parameters cut elsewhere", binding(parameters: ["status = ACTIVEname desc", "", ""])),
    ]

    @Test("A token is good for its own caller and query alone", arguments: strangers)
    func refusesStranger(_ what: String, _ stranger: PageBinding) {
        let text = tokens.text(of: PageCursor(.text("x"), .number(42)), for: Self.binding())
        let error = #expect(throws: ServiceError.self) { try tokens.cursor(text, for: stranger) }
        #expect(error?.reason == .pageTokenInvalid)
    }

    @Test("A token signed with another key is refused")
    func otherKey() {
        let text = PageTokens(key: Array(repeating: 0, count: 32)).text(
            of: PageCursor(.number(1)), for: Self.binding())
        #expect(throws: ServiceError.self) { try tokens.cursor(text, for: Self.binding()) }
    }

    @Test(
        "What never was a token is refused",
        arguments: ["x", "AAAA", "%%%", " ", String(repeating: "A", count: 100_000)])
    func nonsense(_ text: String) {
        let error = #expect(throws: ServiceError.self) { try tokens.cursor(text, for: Self.binding()) }
        #expect(error?.reason == .pageTokenInvalid)
    }
}
