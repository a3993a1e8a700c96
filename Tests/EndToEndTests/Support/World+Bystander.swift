import Testing

internal import Messages
internal import Synchronization

extension World {
    /// Does something hostile while Bob's calls go on being answered: before it, during it, afterwards on the same
    /// connection, and on a new one.
    func whileServing<R>(_ body: () async throws -> R) async throws -> R {
        let result = try await speak(as: bob) { bystander in
            let isOver = Flag()
            try await Self.expectServed(bystander, email: "bob@acme.example")
            async let served: Void = Self.serve(bystander, until: isOver)
            let result = try await body()
            isOver.set()
            try await served
            return result
        }
        try await speak(as: bob) { try await Self.expectServed($0, email: "bob@acme.example") }
        return result
    }

    private static func serve(_ bystander: Caller, until isOver: Flag) async throws {
        repeat {
            try await expectServed(bystander, email: "bob@acme.example")
            try await Task.sleep(for: .milliseconds(10))
        } while !isOver.isSet
        try await expectServed(bystander, email: "bob@acme.example")
    }

    static func expectServed(
        _ caller: Caller, email: String, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let user = try await caller.whoAmI().user
        #expect(user?.email == email, sourceLocation: sourceLocation)
    }
}

extension Caller {
    func whoAmI(headers: [Header] = []) async throws -> WhoAmIResponse {
        try await call("UserService/WhoAmI", WhoAmIRequest(), headers: headers)
    }
}

/// Set once.
private final class Flag: Sendable {
    private let state = Atomic(false)

    var isSet: Bool { state.load(ordering: .acquiring) }

    func set() { state.store(true, ordering: .releasing) }
}
