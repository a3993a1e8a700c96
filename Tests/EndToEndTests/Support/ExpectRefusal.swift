import Testing

internal import AgentdCore

/// Expects an error of the daemon.
func expectRefusal(
    _ code: StatusCode, _ reason: String, sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () async throws -> some Any
) async {
    do {
        _ = try await body()
        Issue.record("expected \(code.name) (\(reason)), not a success", sourceLocation: sourceLocation)
    } catch let refusal as Refusal {
        #expect(
            refusal.code == code && refusal.reason == reason, "it was refused otherwise: \(refusal)",
            sourceLocation: sourceLocation)
    } catch {
        Issue.record("expected \(code.name) (\(reason)), not \(error)", sourceLocation: sourceLocation)
    }
}
