package import AgentdCore
internal import Postgres

/// Marks a tenant deleted, with its audit row. `unsuitable` when it is deleted already.
package struct DeleteTenantStatement: PlatformStatement {
    package let change: PlatformChange
    package let id: TenantID
    /// The revision that it must have, or nil for any.
    package let revision: Int64?

    package init(change: PlatformChange, id: TenantID, revision: Int64?) {
        self.change = change
        self.id = id
        self.revision = revision
    }

    package func run(in session: PlatformSession) async throws(ServiceError) -> ChangeOutcome<Tenant> {
        let query = TenantLifeQuery(text: Self.text, change: change, id: id, revision: revision)
        return try await session.write(query, of: change.change)
    }

    private static let text = StatementText(
        "delete_tenant",
        TenantChange.sql(
            "DeleteTenant",
            set: "state = 'deleted', delete_time = now(), was_suspended = (old.state = 'suspended')",
            answering: TenantColumns.list("t")),
        TenantChange.parameterTypes)
}

/// The end of a tenant's life and its beginning anew take the same parameters.
struct TenantLifeQuery: Statement {
    let text: StatementText
    let change: PlatformChange
    let id: TenantID
    let revision: Int64?

    func bind(to parameters: inout Parameters) {
        change.bind(to: &parameters)
        TenantChange.bind(id: id, revision: revision, to: &parameters)
    }

    func decode(_ rows: borrowing Rows) throws(DecodingFailure) -> ChangeOutcome<Tenant> {
        try TenantChange.decode(rows)
    }
}
