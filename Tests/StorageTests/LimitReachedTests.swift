import Testing

internal import AgentdCore
internal import LoopExecutor
internal import Postgres
@testable internal import Storage
internal import TestSupport

/// Changes that add to what a tenant has a limited number of.
@Suite("A limit that is reached", .timeLimit(.minutes(1)))
struct LimitReachedTests {
    enum Addition: String, CaseIterable {
        case createAgent
        case undeleteAgent
        case issueToken

        var lock: TenantLock { self == .issueToken ? .tokens : .agents }
        var column: String { self == .issueToken ? "max_tokens" : "max_agents" }

        /// How many count against the limit, as SQL; $1 is the tenant.
        var count: String {
            self == .issueToken
                ? "SELECT count(*) FROM tokens WHERE tenant_id = $1"
                : "SELECT \(AgentCounts.living(tenant: "$1::uuid"))"
        }
    }

    @Test(
        "Who was refused is refused again without the lock, and waits for it only when the limit was raised",
        arguments: Addition.allCases)
    func reached(addition: Addition) async throws {
        try await TwoTenants.withOneConnection { tenants, database, loop in
            let (store, acme) = (tenants.database, tenants.acme)
            func limit(_ number: Int) throws {
                _ = try store.rows("UPDATE tenants SET \(addition.column) = \(number) WHERE id = $1", [acme.id])
            }
            func count() throws -> Int {
                try #require(try store.rows(addition.count, [acme.id]).first?.first.flatMap { $0 }.flatMap { Int($0) })
            }
            let deleted = try store.rows(
                """
                INSERT INTO agents (tenant_id, owner_id, name, agent_type, is_active, delete_time)
                SELECT $1, $2, 'deleted ' || n, 'research', false, now() FROM generate_series(1, 3) AS n RETURNING id
                """, [acme.id, acme.userID]
            ).compactMap { $0[0].flatMap { Int64($0) } }
            let before = try count()
            var limits = TenantLimits()
            (limits.maxAgents, limits.maxTokens) = (1, 1)
            let caller = try acme.caller(limits: limits)
            var done = 0
            func add(within milliseconds: UInt64 = 30_000) async throws -> String {
                let number = done
                let outcome = try await loop.run {
                    let deadline = Deadline(uptimeNanoseconds: MonotonicClock.now + milliseconds * 1_000_000)
                    return await Self.outcome(
                        of: addition, number, agent: deleted[number],
                        in: database.tenantSession(for: caller, callID: "", deadline: deadline))
                }
                if outcome == "done" { done += 1 }
                return outcome
            }

            func isRemembered() async throws -> Bool {
                let key = addition.lock.key(of: caller.tenantID)
                return try await loop.run { database.turns.isExhausted(key) }
            }

            try limit(before + 1)
            #expect(try await add() == "done")
            #expect(try await add() == "exhausted")
            let holder = try ScriptConnection(conninfo: store.owner, applicationName: "holder")
            let lock = "BEGIN; SELECT pg_advisory_xact_lock(\(addition.lock.key(of: caller.tenantID)))"
            try holder.execute(lock)
            #expect(try await add() == "exhausted")
            try limit(before + 2)
            #expect(try await add(within: 1_000) == "DEADLINE_EXCEEDED")
            #expect(try await !isRemembered())
            try limit(before + 1)
            try holder.execute("ROLLBACK")
            #expect(try await add() == "exhausted")
            #expect(try await isRemembered())
            try holder.execute(lock)
            try limit(0)
            #expect(try await add() == "done")
            #expect(try await !isRemembered())
            try holder.execute("ROLLBACK")
            #expect(try count() == before + 2)
        }
    }

    private static func outcome(
        of addition: Addition, _ number: Int, agent id: Int64, in session: TenantSession
    ) async -> String {
        let change = ChangeContext(requestID: nil, payloadDigest: [])
        do throws(ServiceError) {
            switch addition {
            case .createAgent:
                var agent = Agent(tenantID: session.caller.tenantID)
                agent.name = "agent \(number)"
                return name(try await session.run(CreateAgentStatement(change: change, agent: agent)))
            case .undeleteAgent:
                return name(try await session.run(UndeleteAgentStatement(change: change, id: id, revision: nil)))
            case .issueToken:
                var token = Token(tenantID: session.caller.tenantID)
                (token.id, token.userID) = ("token \(number)", session.caller.userID)
                let digest = [UInt8](repeating: UInt8(number), count: 32)
                return name(
                    try await session.run(
                        IssueTokenStatement(change: change, token: token, secretDigest: digest, sealedSecret: [])))
            }
        } catch {
            return error.reason.rawValue
        }
    }

    private static func name<Value>(_ outcome: ChangeOutcome<Value>) -> String {
        switch outcome {
        case .done: "done"
        case .exhausted: "exhausted"
        case .unlocked: "unlocked"
        default: "another outcome"
        }
    }
}
