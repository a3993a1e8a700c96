import Testing

internal import AgentdCore
internal import LoopExecutor
internal import Postgres
@testable internal import Storage
internal import TestSupport

/// Changes that need the lock of their tenant, while another transaction holds it.
@Suite("The lock of a tenant", .timeLimit(.minutes(1)))
struct TenantLockTests {
    private static func creation(_ email: String, in caller: Caller) -> CreateUserStatement {
        var user = User(tenantID: caller.tenantID)
        user.email = email
        return CreateUserStatement(change: ChangeContext(requestID: nil, payloadDigest: []), user: user)
    }

    @Test("Who waits for it ends at its deadline and changes nothing; the connection is everybody's meanwhile")
    func held() async throws {
        try await TwoTenants.withOneConnection { tenants, database, loop in
            let (acme, globex) = (try tenants.acme.caller(), try tenants.globex.caller())
            let holder = try ScriptConnection(conninfo: tenants.database.owner, applicationName: "holder")
            try holder.execute("BEGIN; SELECT pg_advisory_xact_lock(\(TenantLock.users.key(of: acme.tenantID)))")

            let outcome = try await loop.run { () async throws -> (ServiceError?, Int) in
                let deadline = Deadline(uptimeNanoseconds: MonotonicClock.now + 300_000_000)
                async let refused = Self.refusal(
                    of: Self.creation("late@acme.example", in: acme),
                    in: database.tenantSession(for: acme, callID: "", deadline: deadline))
                var served = 0
                while MonotonicClock.now < deadline.uptimeNanoseconds {
                    let session = database.tenantSession(for: globex, callID: "", deadline: .soon)
                    if try await session.run(GetCurrentTenantStatement()) != nil { served += 1 }
                }
                return (await refused, served)
            }
            #expect(outcome.0?.reason == .deadlineExceeded)
            #expect(outcome.1 > 20)
            try holder.execute("ROLLBACK")
            let users = try tenants.database.rows("SELECT count(*) FROM users WHERE email = 'late@acme.example'")
            #expect(users == [["0"]])
        }
    }

    @Test("When it is free the change is made")
    func freed() async throws {
        try await TwoTenants.withOneConnection { tenants, database, loop in
            let acme = try tenants.acme.caller()
            let holder = try ScriptConnection(conninfo: tenants.database.owner, applicationName: "holder")
            try holder.execute("BEGIN; SELECT pg_advisory_xact_lock(\(TenantLock.users.key(of: acme.tenantID)))")
            let task = Task {
                try await loop.run {
                    try await database.tenantSession(for: acme, callID: "", deadline: .soon)
                        .run(Self.creation("new@acme.example", in: acme))
                }
            }
            // It tries, and fails, at least once.
            let tries = """
                SELECT count(*) > 0 FROM pg_stat_activity
                WHERE query LIKE '%INSERT INTO users%' AND pid <> pg_backend_pid()
                """
            try await waitUntil { try tenants.database.rows(tries) == [["t"]] }
            try holder.execute("ROLLBACK")
            guard case .done(let user) = try await task.value else {
                Issue.record("the user was not created")
                return
            }
            #expect(user.email == "new@acme.example")
        }
    }

    private static func refusal(of statement: CreateUserStatement, in session: TenantSession) async -> ServiceError? {
        do throws(ServiceError) {
            _ = try await session.run(statement)
            return nil
        } catch {
            return error
        }
    }
}
