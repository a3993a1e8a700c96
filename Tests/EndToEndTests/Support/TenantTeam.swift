internal import AgentdCore
internal import Messages
internal import TestSupport

/// A tenant of one test, with an administrator and a member.
struct TenantTeam: Sendable {
    let id: String
    let slug: String
    let administrator: World.Person
    let member: World.Person

    /// - Parameters:
    ///   - root: A system administrator.
    ///   - name: The beginning of its slug, behind which something random comes.
    static func make(_ name: String, features: [String] = [], by root: Caller) async throws -> TenantTeam {
        let slug = "\(name)-\(UInt32.random(in: 0 ... .max))"
        let id = try await root.createTenant(slug, features: features)
        return TenantTeam(
            id: id, slug: slug,
            administrator: try await root.createPerson("boss@\(slug).example", in: id, role: .tenantAdministrator),
            member: try await root.createPerson("member@\(slug).example", in: id))
    }
}

extension World {
    /// What the audit trail says of a tenant itself, the oldest first: action and changes.
    func trail(of tenantID: String) throws -> [(action: String, changes: String)] {
        try database.rows(
            """
            SELECT action, coalesce(changes::text, '') FROM audit_events
            WHERE tenant_id = $1::uuid AND object_type = 'tenant' AND object_id = tenant_id::text AND outcome = 'done'
            ORDER BY id
            """, [tenantID]
        ).map { ($0[0] ?? "", $0[1] ?? "") }
    }
}
