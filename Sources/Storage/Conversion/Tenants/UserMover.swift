internal import Postgres

/// Moves users one by one, each in a transaction.
struct UserMover {
    /// What moved with a user.
    struct Moved: Sendable {
        let users: Int
        let agents: Int
        let tokens: Int
    }

    private let session: Session
    /// The schema of the application's tables and its tenant, while there is an application.
    private let compatibility: (home: String, tenantID: String)?
    private let isBound: Bool
    private let isForced: Bool

    init(_ session: Session, compatibility: (home: String, tenantID: String)?) throws {
        self.session = session
        self.compatibility = compatibility
        let role = try session.connection.rows(
            """
            SELECT NOT (rolsuper OR rolbypassrls), (SELECT relforcerowsecurity FROM pg_class
                WHERE oid = 'public.agents'::regclass) FROM pg_roles WHERE rolname = current_user
            """)
        isBound = role.first?[0] != "f"
        isForced = role.first?[1] == "t"
    }

    /// - Parameter noting: What else is in the transaction.
    func move(
        _ user: Int64, from: String, to: String, action: String, noting: String = ""
    ) throws -> Moved {
        let (source, target) = ("\(SQLText.literal(from))::uuid", "\(SQLText.literal(to))::uuid")
        let (before, after) = around(user, from: from, to: to)
        let parts = UserMove.privileged(isBound: isBound, isForced: isForced, Self.marker).components(Self.marker)
        return try session.transaction("SET LOCAL search_path = pg_catalog, public;") { connection in
            try connection.execute("\(before)\n\(noting)\n\(parts.before)")
            let row =
                try connection.rows(UserMove.sql(user: String(user), from: source, to: target)).first?
                .map { $0.flatMap { Int($0) } ?? 0 } ?? [0, 0, 0]
            try connection.execute(
                "\(UserMove.audits(user: user, from: source, to: target, action: action))\n\(after)\n\(parts.after)")
            return Moved(users: row[0], agents: row[1], tokens: row[2])
        }
    }

    private static let marker = "-- move"

    private func around(_ user: Int64, from: String, to: String) -> (before: String, after: String) {
        guard let compatibility else { return ("", "") }
        let home = compatibility.home
        if from == compatibility.tenantID {
            // Nobody gives the user another agent in between; the times are those that the application has.
            let lock = """
                SELECT FROM \(home).users WHERE id = \(user) FOR UPDATE;
                SELECT FROM \(home).agents WHERE owner_id = \(user) FOR UPDATE;
                SET LOCAL agentd_conversion.origin = 'legacy';
                """
            return (lock, UserMove.park(user: user, home: home))
        }
        guard to == compatibility.tenantID else { return ("", "") }
        let show = UserMove.show(user: user, tenant: "\(SQLText.literal(to))::uuid")
        return ("", show)
    }
}

extension String {
    /// What is before and behind a text that occurs once.
    fileprivate func components(_ marker: String) -> (before: String, after: String) {
        guard let range = firstRange(of: marker) else { return (self, "") }
        return (String(self[..<range.lowerBound]), String(self[range.upperBound...]))
    }
}
