package import AgentdCore
internal import Postgres

/// The tenant that everything belongs to where there is to be no other one (`ENABLE_TENANT_ISOLATION=false`).
package struct SingleTenant: Sendable {
    package enum Failure: Error, CustomStringConvertible, Sendable {
        /// The database is not one of this tenant alone; how to mend it is said too.
        case contradiction(finding: String, remedy: String)
        case unavailable(String)

        package var description: String {
            switch self {
            case .contradiction(let finding, let remedy): "\(finding). \(remedy)"
            case .unavailable(let description): description
            }
        }
    }

    /// Daemons that start at once settle one after the other; any constant will do. "tenant" in hexadecimal.
    private static let advisoryLock = 0x74_65_6E_61_6E_74
    /// How many of the other tenants a refusal names.
    private static let namedOthers = 3

    private let conninfo: String
    private let slug: String

    /// - Parameters:
    ///   - platformConninfo: Connects as `agentd_platform`.
    ///   - slug: That of `DEFAULT_TENANT_SLUG`.
    package init(platformConninfo: String, slug: String) {
        conninfo = platformConninfo
        self.slug = slug
    }

    /// Finds the tenant; where the database has none, makes it, with an audit row. Blocks its thread.
    package func settle() throws(Failure) -> TenantID {
        do {
            let connection = try ScriptConnection(conninfo: conninfo, applicationName: "agentd start")
            try connection.execute("BEGIN; SELECT pg_advisory_xact_lock(\(Self.advisoryLock))")
            let id =
                try existing(connection)
                ?? DefaultTenant.create(connection, slug: slug, action: "agentd serve")
            try connection.execute("COMMIT")
            guard let id, let value = UUIDValue(id) else {
                throw Failure.unavailable("The tenant \(slug) is being made by another program. Start agentd again.")
            }
            return TenantID(value)
        } catch {
            throw Self.failure(error)
        }
    }

    /// Looks whether the database is one of this tenant alone, and changes nothing. Blocks its thread.
    /// - Throws: When the database cannot be asked; what it is otherwise is in the check.
    package func check() throws(Failure) -> IsolationProof.Check {
        let (name, holds) = ("single tenant", "no other tenant is there")
        do {
            _ = try existing(try ScriptConnection(conninfo: conninfo, applicationName: "agentd proof"))
            return .check(name, on: slug, true, holds: holds, fails: "", remedy: "")
        } catch {
            guard case .contradiction(let finding, let remedy) = Self.failure(error) else { throw Self.failure(error) }
            return .check(name, on: slug, false, holds: "", fails: finding, remedy: remedy)
        }
    }

    /// - Returns: The id of the tenant; nil when there is none yet.
    private func existing(_ connection: borrowing ScriptConnection) throws -> String? {
        let found = try DefaultTenant.find(connection, slug: slug)
        let others = try connection.rows(
            "SELECT slug FROM tenants WHERE slug <> $1 AND state <> 'deleted' ORDER BY slug LIMIT $2",
            [slug, String(Self.namedOthers + 1)]
        ).compactMap { $0[0] }
        guard others.isEmpty else { throw refusal(others: others, isAbsent: found?.state != "active") }
        switch found?.state {
        case nil, "active": return found?.id
        case let state?: throw refusal(state: state, id: found?.id ?? "")
        }
    }

    private func refusal(others: [String], isAbsent: Bool) -> Failure {
        let named = others.prefix(Self.namedOthers).joined(separator: ", ")
        let rest = others.count > Self.namedOthers ? " and more" : ""
        let rename =
            isAbsent && others.count == 1
            ? ", or set DEFAULT_TENANT_SLUG=\(named) if that is the one"
            : "; DEFAULT_TENANT_SLUG says which one stays"
        return .contradiction(
            finding: "ENABLE_TENANT_ISOLATION is false, so everything belongs to the tenant \(slug) of "
                + "DEFAULT_TENANT_SLUG, but the database also has \(named)\(rest)",
            remedy: "Set ENABLE_TENANT_ISOLATION=true, or delete every other tenant\(rename).")
    }

    private func refusal(state: String, id: String) -> Failure {
        let command = state == "deleted" ? "undelete \(id)" : "resume \(slug)"
        return .contradiction(
            finding: "ENABLE_TENANT_ISOLATION is false, so everything belongs to the tenant \(slug) of "
                + "DEFAULT_TENANT_SLUG, but this tenant is \(state)",
            remedy: "Name another one with DEFAULT_TENANT_SLUG, or bring it back: start agentd with "
                + "ENABLE_TENANT_ISOLATION=true and run `agentctl tenants \(command)`.")
    }

    private static func failure(_ error: any Error) -> Failure {
        switch error {
        case let failure as Failure: failure
        default: .unavailable("The database cannot be asked for its tenants: \(error)")
        }
    }
}
