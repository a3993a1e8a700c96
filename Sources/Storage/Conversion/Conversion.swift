internal import Postgres

/// Takes the database of a single-tenant application to the schema of agentd while the application keeps running.
///
/// **The tables of the application are not altered: they step aside.** One short transaction moves `users` and `agents`
/// to a schema that is named as the application's role is, where PostgreSQL looks before `public`; the application
/// finds them under the same names, with the same types, keys, defaults and prepared statements, on the connections
/// that it has open. `public` is then free for the very migrations that make a new database, so the result cannot
/// differ from one. There the tenant, its `NOT NULL`, the indexes, the keys that begin with `tenant_id`, the policies
/// and `FORCE` are there before the first row is: nothing has to be added to a table that somebody uses, nothing is
/// rewritten, no
/// index can be left invalid.
///
/// **Triggers keep both sides alike.** What the application writes is written to agentd's tables in the same
/// transaction, by functions that set the application's tenant and that row-level security binds to it. The rows that
/// were there before are copied in batches, which lock the rows so that none can be deleted in between. When both sides
/// have been compared, triggers the other way round show the application what agentd writes; then the tenant is opened.
/// The application holds rows of its own tenant alone, so it is confined to it whatever it does; its role also gets
/// `app.current_tenant_id`.
///
/// **Everything is one list of steps** (`ConversionStep`), which the plan, the run, the status and the rollback read.
/// Each step, and each batch, commits that it is done together with what it did, so that a converter may be killed at
/// any moment and run again. The way back is one transaction: the application's tables are whole at any moment, so it
/// drops those of agentd and moves the former back.
///
/// `--finish` ends it when the application is switched off: it drops the application's tables and the triggers, and
/// what is left is what `agentd migrate` makes.
package struct Conversion: Sendable {
    let ownerConninfo: String
    let defaultTenantSlug: String
    let rowLevelSecurity: Bool

    /// - Parameters:
    ///   - ownerConninfo: Connects as a superuser: nobody else may tie the tenant to a role and to functions.
    ///   - defaultTenantSlug: Of the tenant that everything belongs to that the map gives to no other.
    ///   - rowLevelSecurity: As `ENABLE_ROW_LEVEL_SECURITY` says.
    package init(ownerConninfo: String, defaultTenantSlug: String, rowLevelSecurity: Bool) {
        self.ownerConninfo = ownerConninfo
        self.defaultTenantSlug = defaultTenantSlug
        self.rowLevelSecurity = rowLevelSecurity
    }

    /// Looks, and changes nothing: all of it is one read-only transaction. Blocks its thread.
    package func plan(_ rules: ConversionRules) throws(ConversionFailure) -> ConversionPlan {
        try translated {
            let session = try Session(conninfo: ownerConninfo, locking: false)
            try session.connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            let loaded = try ContextLoader.load(session.connection, self, rules: rules)
            let plan = try ConversionPlan(session.connection, loaded)
            try session.connection.execute("COMMIT")
            return plan
        }
    }

    /// Converts, or goes on where an earlier run was stopped. Blocks its thread.
    /// - Parameters:
    ///   - maximumRate: Rows a second; nil for as fast as the application does not feel.
    ///   - isStopped: Asked between batches and attempts.
    package func run(
        _ rules: ConversionRules, maximumRate: Int? = nil, isStopped: @escaping @Sendable () -> Bool = { false },
        report: (ConversionProgress) -> Void = { _ in }
    ) throws(ConversionFailure) -> ConversionReport {
        try translated {
            let session = try Session(conninfo: ownerConninfo, locking: true, isStopped: isStopped)
            let loaded = try ContextLoader.load(session.connection, self, rules: rules)
            guard loaded.isBegun || loaded.shape.obstacles.isEmpty else {
                throw ConversionFailure.refused(
                    "Nothing was changed, because this stands in the way:\n- "
                        + loaded.shape.obstacles.joined(separator: "\n- "))
            }
            let run = ConversionRun(conversion: self, session: session, context: loaded.context)
            try run.steps(maximumRate: maximumRate, report)
            return try ConversionReport(session, loaded.context)
        }
    }

    /// How far it is; nil when none was begun. Blocks its thread.
    package func status() throws(ConversionFailure) -> ConversionStatus? {
        try translated {
            let session = try Session(conninfo: ownerConninfo, locking: false)
            return try ConversionStatus(session.connection, self)
        }
    }

    /// Takes everything back, in one transaction: the application's tables are again where and what they were, with all
    /// that was written meanwhile. Refuses when another tenant owns rows. Blocks its thread.
    package func rollback(isStopped: @escaping @Sendable () -> Bool = { false }) throws(ConversionFailure) {
        try translated {
            let session = try Session(conninfo: ownerConninfo, locking: true, isStopped: isStopped)
            try ConversionEnd.rollback(session, self)
        }
    }

    /// Removes the application's tables and everything that served it. There is no way back. Blocks its thread.
    /// - Returns: What else the application has made in its schema since, which stays there.
    @discardableResult
    package func finish(isStopped: @escaping @Sendable () -> Bool = { false }) throws(ConversionFailure) -> [String] {
        try translated {
            let session = try Session(conninfo: ownerConninfo, locking: true, isStopped: isStopped)
            return try ConversionEnd.finish(session, self)
        }
    }

    private func translated<R>(_ body: () throws -> R) throws(ConversionFailure) -> R {
        do {
            return try body()
        } catch {
            throw ConversionFailure(error)
        }
    }
}
