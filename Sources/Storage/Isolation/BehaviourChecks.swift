internal import Postgres

/// What happens when one tries: the catalogue may say what it likes.
enum BehaviourChecks {
    private static let tenant = "00000000-0000-4000-8000-00000000000a"
    private static let otherTenant = "00000000-0000-4000-8000-00000000000b"

    static func run(_ connection: borrowing ScriptConnection, tables: [String]) throws -> [IsolationProof.Check] {
        var checks: [IsolationProof.Check] = []
        for table in tables {
            checks.append(try refusesWithoutPolicies(connection, table))
            checks.append(try isEmptyWithoutTenant(connection, table))
        }
        checks.append(try hidesCanary(connection))
        checks.append(try looksUpForItsTenant(connection))
        return checks
    }

    /// With row_security off a role that the policies bind is refused; one that they do not bind would see everything.
    private static func refusesWithoutPolicies(
        _ connection: borrowing ScriptConnection, _ table: String
    ) throws -> IsolationProof.Check {
        var state: String?
        do {
            try connection.execute(
                "BEGIN; SET LOCAL row_security = off; SELECT FROM \(SQLText.name(table)) LIMIT 1")
        } catch {
            state = error.sqlState
        }
        try connection.execute("ROLLBACK")
        return .check(
            "row_security = off", on: table, state == "42501", holds: "reading is refused",
            fails: "reading is not refused: the role passes the policies",
            remedy: "Connect as agentd_app, and force row-level security on the table.")
    }

    private static func isEmptyWithoutTenant(
        _ connection: borrowing ScriptConnection, _ table: String
    ) throws -> IsolationProof.Check {
        let seen: Bool
        do {
            let rows = try connection.rows("SELECT EXISTS (SELECT FROM \(SQLText.name(table)))")
            seen = rows.first?.first == "t"
        } catch {
            // What may not be read at all shows nothing either.
            guard error.sqlState == "42501" else { throw error }
            seen = false
        }
        return .check(
            "no tenant set", on: table, !seen, holds: "shows no row", fails: "shows rows although no tenant is set",
            remedy: "Restore the policy tenant_isolation_\(table).")
    }

    private static func become(_ tenant: String) -> String { "SET LOCAL app.current_tenant_id = '\(tenant)'" }

    /// Begins a transaction in which the tenant has a row.
    private static func insertCanary(_ connection: borrowing ScriptConnection) throws(ScriptConnection.Failure) {
        try connection.execute(
            "BEGIN; \(become(tenant)); INSERT INTO isolation_canary (tenant_id, id) VALUES ('\(tenant)', 1)")
    }

    /// Look-ups of several tenants share a transaction, and each sets its tenant in the statement that looks up: that
    /// must be done before rows are looked at, whatever was set before.
    private static func looksUpForItsTenant(_ connection: borrowing ScriptConnection) throws -> IsolationProof.Check {
        let lookUp = StatementText.lookUp("look_up_canary", "SELECT id FROM isolation_canary", [])
        var failure: String?
        do {
            try insertCanary(connection)
            try connection.execute(become(otherTenant))
            if try connection.rows(lookUp.sql, [tenant]).isEmpty {
                failure = "the look-up does not see the row of its tenant"
            }
            if try !connection.rows(lookUp.sql, [otherTenant]).isEmpty {
                failure = "another tenant's look-up sees the row"
            }
        } catch {
            failure = error.description
        }
        try connection.execute("ROLLBACK")
        return .check(
            "tenant of a look-up", on: "isolation_canary", failure == nil,
            holds: "a look-up sees the rows of the tenant that it sets, and no others", fails: failure ?? "",
            remedy: "Make current_tenant_id() what migration 0001 made it: STABLE, and reading app.current_tenant_id.")
    }

    private static func hidesCanary(_ connection: borrowing ScriptConnection) throws -> IsolationProof.Check {
        var failure: String?
        do {
            try insertCanary(connection)
            let own = try connection.rows("SELECT count(*) FROM isolation_canary").first?.first
            try connection.execute(become(otherTenant))
            let foreign = try connection.rows("SELECT count(*) FROM isolation_canary").first?.first
            if own != "1" { failure = "a tenant does not see its own row" }
            if foreign != "0" { failure = "another tenant sees the row" }
            if failure == nil, try acceptsForeignRow(connection) { failure = "a row can be written for another tenant" }
        } catch {
            failure = error.description
        }
        try connection.execute("ROLLBACK")
        return .check(
            "canary", on: "isolation_canary", failure == nil, holds: "a row of one tenant is invisible to another",
            fails: failure ?? "", remedy: "Restore the policy tenant_isolation_isolation_canary.")
    }

    private static func acceptsForeignRow(_ connection: borrowing ScriptConnection) throws(ScriptConnection.Failure)
        -> Bool
    {
        do {
            try connection.execute("INSERT INTO isolation_canary (tenant_id, id) VALUES ('\(tenant)', 2)")
            return true
        } catch {
            guard error.sqlState == "42501" else { throw error }
            return false
        }
    }
}
