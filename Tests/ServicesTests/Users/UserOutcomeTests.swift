internal import AgentdCore
internal import Storage
internal import Testing

@testable internal import Services

@Suite("What a caller is told of a change to a user or a key")
struct UserOutcomeTests {
    private static let table: [(outcome: ChangeOutcome<Int>, subject: ChangeSubject, reason: Reason)] = [
        (.absent, .user, .userNotFound), (.foreign, .user, .roleRequired), (.unsuitable, .user, .userDeleted),
        (.stale, .user, .etagMismatch), (.protected, .user, .lastAdministrator), (.fixed, .user, .fieldInvalid),
        (.exhausted, .created(.user), .userQuota), (.absent, .token, .tokenNotFound),
        (.foreign, .token, .roleRequired), (.absent, .key, .userNotFound), (.foreign, .key, .roleRequired),
        (.exhausted, .key, .tokenQuota), (.unlocked, .key, .internal), (.fixed, .token, .internal),
    ]

    @Test("Each outcome has its reason", arguments: table)
    func reasons(_ outcome: ChangeOutcome<Int>, _ subject: ChangeSubject, _ reason: Reason) {
        #expect {
            try outcome.value(of: subject)
        } throws: { ($0 as? ServiceError)?.reason == reason }
    }
}
