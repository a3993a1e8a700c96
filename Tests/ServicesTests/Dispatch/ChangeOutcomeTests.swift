internal import AgentdCore
internal import Storage
internal import Testing

@testable internal import Services

@Suite("What a caller is told of a change")
struct ChangeOutcomeTests {
    private static func error(_ outcome: ChangeOutcome<Int>, _ subject: ChangeSubject) -> ServiceError? {
        do {
            _ = try outcome.value(of: subject)
            return nil
        } catch {
            return error
        }
    }

    private static let table: [(outcome: ChangeOutcome<Int>, reason: Reason, code: StatusCode)] = [
        (.requestIDReused, .requestIDReused, .invalidArgument), (.absent, .agentNotFound, .notFound),
        (.foreign, .notOwner, .permissionDenied), (.stale, .etagMismatch, .aborted),
        (.unsuitable, .agentNotDeleted, .failedPrecondition),
    ]

    @Test("Each outcome of a change to an agent has its reason", arguments: table)
    func agent(_ outcome: ChangeOutcome<Int>, _ reason: Reason, _ code: StatusCode) {
        let error = Self.error(outcome, .agent(5))
        #expect(error?.reason == reason && error?.code == code)
    }

    @Test("A change that was made gives its value")
    func done() throws {
        #expect(try ChangeOutcome.done(3).value(of: .agent(5)) == 3)
    }

    @Test("An agent that is not visible is told of as GetAgent tells of one that never was")
    func absent() {
        let notFound: ServiceError = .agentNotFound
        #expect(Self.error(.absent, .agent(5)) == notFound)
    }

    @Test("A stale etag says when to retry, somebody else's agent says which")
    func details() {
        #expect(Self.error(.stale, .agent(5))?.details == [.retry(afterMilliseconds: 10)])
        #expect(Self.error(.foreign, .agent(5))?.details == [.resource(type: "agentd.v1.Agent", name: "5")])
    }

    @Test("A key for nobody, and for somebody above the caller")
    func key() {
        #expect(Self.error(.absent, .key)?.reason == .userNotFound)
        #expect(Self.error(.foreign, .key)?.reason == .roleRequired)
    }

    @Test("What cannot happen to something new is a bug of ours")
    func created() {
        for outcome in [ChangeOutcome<Int>.absent, .foreign, .unsuitable, .unlocked] {
            #expect(Self.error(outcome, .created(.agent))?.reason == .internal)
        }
        #expect(Self.error(.requestIDReused, .created(.agent))?.reason == .requestIDReused)
    }
}
