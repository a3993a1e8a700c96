internal import AgentdCore
internal import Messages
internal import TestSupport

/// A daemon with two tenants, set up through RPCs alone but for the first key.
struct World: Sendable {
    /// A user and its API key.
    struct Person: Sendable {
        let id: Int64
        let tenantID: String
        let key: String

        /// Of the key: its second part.
        var keyID: String { String(key.split(separator: "_")[1]) }
    }

    let database: TestDatabase
    let daemon: Daemon
    let systemAdministrator: String
    /// Of the first tenant, which has all features.
    let ada: Person
    let bob: Person
    /// Of the second tenant, which has none.
    let carol: Person

    static func with<R>(settings: [String: String] = [:], _ body: (World) async throws -> R) async throws -> R {
        try await TestDatabase.with { database in
            try await Daemon.with(database, settings: settings) { daemon in
                try await body(try await make(database, daemon))
            }
        }
    }

    static func make(_ database: TestDatabase, _ daemon: Daemon) async throws -> World {
        let key = try await systemAdministratorKey(database)
        return try await RawConnection.with(daemon.port, token: key) { connection in
            let caller = Caller(connection)
            let acme = try await caller.createTenant("acme", features: Features.names)
            let globex = try await caller.createTenant("globex", features: [])
            return World(
                database: database, daemon: daemon, systemAdministrator: key,
                ada: try await caller.createPerson("ada@acme.example", in: acme),
                bob: try await caller.createPerson("bob@acme.example", in: acme),
                carol: try await caller.createPerson("carol@globex.example", in: globex))
        }
    }

    static func systemAdministratorKey(_ database: TestDatabase) async throws -> String {
        let exit = try await Program.run(
            "agentd", ["token", "create", "--system-admin"], environment: Daemon.environment(database))
        guard exit.code == 0 else {
            throw Daemon.Failure(description: "agentd token create ended with \(exit.code): \(exit.log)")
        }
        return exit.output.split(separator: "\n").joined()
    }

    /// Opens a connection that speaks for somebody, to the current door.
    func speak<R>(as person: Person, _ body: (Caller) async throws -> R) async throws -> R {
        try await daemon.speak(token: person.key, body)
    }
}
