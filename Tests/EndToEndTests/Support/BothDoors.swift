import Testing

/// Runs each test twice, one time after the other: over the framed door and over the gRPC door. What fails says over
/// which. A test that leaves something behind in a shared world must be able to run again there.
struct BothDoors: SuiteTrait, TestTrait, TestScoping {
    /// It is the tests of a suite that run twice, each in the suite's own scope.
    var isRecursive: Bool { true }

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        for door in Door.allCases {
            let naming = IssueHandlingTrait.compactMapIssues { issue in
                var issue = issue
                issue.comments.append("over \(door)")
                return issue
            }
            try await naming.provideScope(for: test, testCase: testCase) {
                await Door.$current.withValue(door) {
                    do {
                        try await function()
                    } catch is ExpectationFailedError {
                        // It was recorded where it was found.
                    } catch {
                        Issue.record(error, sourceLocation: test.sourceLocation)
                    }
                }
            }
        }
    }
}

extension Trait where Self == BothDoors {
    static var bothDoors: BothDoors { BothDoors() }
}
