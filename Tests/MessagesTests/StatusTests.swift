internal import AgentdCore
internal import Messages
internal import Testing

@Suite("google.rpc.Status")
struct StatusTests {
    private func status(_ details: [ErrorDetail]) throws -> StatusMessage {
        try StatusMessage(decoding: StatusDetails(ServiceError(.fieldInvalid, "No.", details: details)).encoded())
    }

    @Test("Field violations come through in their order")
    func violations() throws {
        let violations = [
            FieldViolation(field: "agent.name", description: "is empty"), FieldViolation(field: "", description: "é"),
        ]
        let status = try status([.badRequest(violations)])
        #expect(status.violations == violations)
        #expect(status.reason == "FIELD_INVALID")
        #expect(status.retryAfterMilliseconds == nil)
    }

    @Test("The time to wait comes through", arguments: [0, 1, 999, 1_000, 61_500])
    func retry(milliseconds: Int) throws {
        #expect(try status([.retry(afterMilliseconds: milliseconds)]).retryAfterMilliseconds == milliseconds)
    }

    @Test("Details that a reader does not look for do not hide the others")
    func others() throws {
        let status = try status([
            .resource(type: "agentd.v1.Agent", name: "7"), .quota(subject: "s", description: "d"),
            .precondition(type: "t", subject: "s", description: "d"), .request(id: "r"),
            .retry(afterMilliseconds: 5),
        ])
        #expect(status.reason == "FIELD_INVALID")
        #expect(status.retryAfterMilliseconds == 5)
    }
}
