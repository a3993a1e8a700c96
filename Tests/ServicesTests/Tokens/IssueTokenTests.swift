internal import AgentdCore
internal import Messages
internal import Testing

@testable internal import Services

@Suite("Issuing a key")
struct IssueTokenTests {
    private static let now = Timestamp(microseconds: 1_750_000_000_000_000)

    private static func refused(_ change: (inout IssueTokenRequest) -> Void) -> [String] {
        var request = IssueTokenRequest()
        change(&request)
        return refusedFields { () throws(ServiceError) in try IssueToken.validate(request, now: now) }
    }

    @Test("Nothing is required")
    func defaults() {
        #expect(Self.refused { _ in } == [])
    }

    @Test("A key expires in the future")
    func expiry() {
        #expect(Self.refused { $0.expireTime = Timestamp(microseconds: Self.now.microseconds + 1) } == [])
        #expect(Self.refused { $0.expireTime = Self.now } == ["expire_time"])
    }

    @Test("Everything that is wrong is named at once")
    func allViolations() {
        let fields = Self.refused {
            $0.userID = -1
            $0.displayName = String(repeating: "x", count: 256)
            $0.expireTime = Timestamp(microseconds: 0)
            $0.requestID = "again"
        }
        #expect(fields == ["user_id", "display_name", "expire_time", "request_id"])
    }
}
