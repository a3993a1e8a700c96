internal import AgentdCore
internal import Testing

/// The fields that `body` refuses; empty when it refuses none.
func refusedFields<Value>(_ body: () throws(ServiceError) -> Value) -> [String] {
    violations(body).map(\.field)
}

func violations<Value>(_ body: () throws(ServiceError) -> Value) -> [FieldViolation] {
    do {
        _ = try body()
        return []
    } catch {
        #expect(error.reason == .fieldInvalid)
        guard case .badRequest(let violations) = error.details.first else {
            Issue.record("There is no list of fields: \(error)")
            return []
        }
        return violations
    }
}
