import Testing

internal import Postgres

/// Expects that PostgreSQL refuses.
/// - Returns: What it says.
@discardableResult
func expectRefusal(
    _ sqlState: String, sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) -> String {
    do {
        try body()
        Issue.record("it is not refused", sourceLocation: sourceLocation)
        return ""
    } catch let error as ScriptConnection.Failure {
        #expect(error.sqlState == sqlState, "\(error)", sourceLocation: sourceLocation)
        return error.message
    } catch {
        Issue.record(error, sourceLocation: sourceLocation)
        return ""
    }
}
