package import AgentdCore
internal import Postgres

/// Changes some settings of the tenant of the call, with its audit row; those that it does not name stay what they are,
/// also when they change at the same moment. `unsuitable` when the tenant is deleted.
package struct UpdateTenantSettingsStatement: TenantStatement {
    package let change: ChangeContext
    /// The new text of each setting that changes, by key; nil for its default.
    package let texts: [String: String?]
    /// The revision that the tenant must have, or nil for any.
    package let revision: Int64?

    package init(change: ChangeContext, texts: [String: String?], revision: Int64?) {
        self.change = change
        self.texts = texts
        self.revision = revision
    }

    package func run(in session: TenantSession) async throws(ServiceError) -> ChangeOutcome<StoredSettings> {
        try await change.settled { () async throws(ServiceError) in
            try await session.write(Query(session: session, update: self), repeatable: change.requestID != nil)
        }
    }

    private struct Query: Statement {
        static let text = StatementText(
            "update_tenant_settings",
            TenantChange.sql(
                "UpdateTenantSettings", set: "settings = (t.settings || jsonb_object($10, $11)) - $12",
                answering: StoredSettings.list("t")),
            TenantChange.parameterTypes + [.textArray, .textArray, .textArray])

        let session: TenantSession
        let update: UpdateTenantSettingsStatement

        var text: StatementText { Self.text }

        func bind(to parameters: inout Parameters) {
            Change.bind(update.change, of: session, to: &parameters)
            TenantChange.bind(id: session.caller.tenantID, revision: update.revision, to: &parameters)
            let set = update.texts.compactMapValues { $0 }.sorted { $0.key < $1.key }
            parameters.append(textArray: set.map(\.key))
            parameters.append(textArray: set.map(\.value))
            parameters.append(textArray: update.texts.filter { $0.value == nil }.map(\.key))
        }

        func decode(_ rows: borrowing Rows) throws(DecodingFailure) -> ChangeOutcome<StoredSettings> {
            try TenantChange.decode(rows) { (rows) throws(DecodingFailure) in try StoredSettings(rows, first: 1) }
        }
    }
}
