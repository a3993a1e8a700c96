internal import AgentdCore
internal import Messages
internal import TestSupport

extension World {
    /// Opens a connection of the system administrator, to the current door.
    /// - Parameter tenant: The tenant that it selects, by slug or id.
    func speakAsSystemAdministrator<R>(in tenant: String? = nil, _ body: (Caller) async throws -> R) async throws -> R {
        try await daemon.speak(token: systemAdministrator, tenant: tenant, body)
    }

    /// A new administrator of the first tenant.
    func makeAdministrator(_ email: String = "dora@acme.example") async throws -> Person {
        try await speakAsSystemAdministrator {
            try await $0.createPerson(email, in: ada.tenantID, role: .tenantAdministrator)
        }
    }

    /// Opens a connection of a new administrator of the first tenant.
    func speakAsAdministrator<R>(_ body: (Caller, Person) async throws -> R) async throws -> R {
        let administrator = try await makeAdministrator()
        return try await speak(as: administrator) { try await body($0, administrator) }
    }

    /// The attempts that were refused for a role that is too small, the oldest first: action and user.
    func refusedAttempts() throws -> [[String?]] {
        try database.rows("SELECT action, actor_user_id FROM audit_events WHERE outcome = 'refused' ORDER BY id")
    }
}
