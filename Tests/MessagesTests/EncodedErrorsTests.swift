internal import AgentdCore
internal import Messages
internal import Testing

@Suite("Errors that were encoded before")
struct EncodedErrorsTests {
    private let errors = EncodedErrors<String>()

    /// How often one is encoded when it is asked for twice.
    private func encodings(of error: ServiceError) -> Int {
        var count = 0
        for _ in 0..<2 {
            let text = errors.of(error) {
                count += 1
                return "\($0.message) \($0.details)"
            }
            #expect(text == "\(error.message) \(error.details)")
        }
        return count
    }

    @Test("What many callers get is encoded once, whatever its cause is")
    func once() {
        #expect(encodings(of: .agentNotFound) == 1)
        let quota = ServiceError(.databaseQueueFull, "Full.", details: [.retry(afterMilliseconds: 100)])
        #expect(encodings(of: quota) == 1)
        #expect(encodings(of: ServiceError(quota.reason, "Full.", details: quota.details, cause: "x")) == 0)
        #expect(encodings(of: quota) == 0)
    }

    @Test("Another message or other details of the same reason are another error")
    func others() {
        for milliseconds in [5, 6, 5] {
            let error = ServiceError(.rateLimit, "Slower.", details: [.retry(afterMilliseconds: milliseconds)])
            #expect(encodings(of: error) == 1)
        }
        #expect(encodings(of: ServiceError(.rateLimit, "Much slower.")) == 1)
    }

    @Test("What one caller asked for is not kept")
    func own() {
        #expect(encodings(of: .fields([FieldViolation(field: "id", description: "must be positive")])) == 2)
        #expect(encodings(of: ServiceError(.internal, "Oh.", details: [.request(id: "call-7")])) == 2)
    }
}
