import Testing

/// One world for all the tests of a suite, for those that leave it as they found it.
struct SharedWorld: SuiteTrait, TestScoping {
    fileprivate let settings: [String: String]

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        try await World.with(settings: settings) { world in
            try await World.$current.withValue(world) { try await function() }
        }
    }
}

extension Trait where Self == SharedWorld {
    static func sharedWorld(settings: [String: String] = [:]) -> SharedWorld { SharedWorld(settings: settings) }
}

extension World {
    @TaskLocal fileprivate static var current: World?

    /// That of the suite.
    static var shared: World {
        get throws { try #require(current, "The suite has no trait .sharedWorld().") }
    }
}
