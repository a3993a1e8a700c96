import Testing

internal import AgentdCore
internal import LoopExecutor
internal import Postgres
@testable internal import Storage
internal import TestSupport

/// A list whose texts are too long for the quick way is looked up a second time.
@Suite("The second look-up of a list", .timeLimit(.minutes(1)))
struct SecondLookUpTests {
    private static let list = ListAgentsStatement(AgentQuery(scope: .own, pageSize: 20))

    /// What the caller of a list was told. On the loop.
    private final class Answers: LookUpReceiver {
        private(set) var all: [String] = []

        func lookedUp(_ result: Result<AgentPage, ServiceError>) {
            switch result {
            case .success(let page): all.append(page.agents.map { String(cString: $0.name) }.joined(separator: " "))
            case .failure(let error): all.append(error.reason.rawValue)
            }
        }
    }

    /// Passes on what it is told.
    private final class Teller: LookUpReceiver {
        private let answers: Answers

        init(_ answers: Answers) { self.answers = answers }

        func lookedUp(_ result: Result<AgentPage, ServiceError>) { answers.lookedUp(result) }
    }

    private struct Sleep: Statement {
        let text = StatementText("sleep", "SELECT pg_sleep(30)", [])

        func bind(to parameters: inout Parameters) {}

        func decode(_ rows: borrowing Rows) throws(DecodingFailure) {}
    }

    @Test("It answers what the first could not")
    func answers() async throws {
        try await Self.withLongText { tenants, caller, pool, loop in
            let answers = try await loop.run {
                let answers = Answers()
                _ = Self.list.begin(in: Self.session(caller, pool), for: answers)
                try await waitUntil { !answers.all.isEmpty }
                return answers.all
            }
            #expect(answers == ["short long"])
        }
    }

    /// Whoever is told mostly holds the look-up.
    @Test("Who was told is let go, whoever still holds the look-up")
    func letsGo() async throws {
        try await Self.withLongText { tenants, caller, pool, loop in
            try await loop.run {
                let answers = Answers()
                weak var told: Teller?
                func begin() -> StartedLookUp {
                    let teller = Teller(answers)
                    told = teller
                    return Self.list.begin(in: Self.session(caller, pool), for: teller)
                }
                let list = begin()
                try await waitUntil { told == nil }
                #expect(answers.all == ["short long"])
                list.cancel()
            }
        }
    }

    @Test("Who gives the list up during it is told so, once")
    func cancelled() async throws {
        try await Self.withLongText { tenants, caller, pool, loop in
            let database = tenants.database
            let answers = try await loop.run {
                let holder = try ScriptConnection(conninfo: database.owner, applicationName: "holder")
                try holder.execute("BEGIN; LOCK TABLE agents IN ACCESS EXCLUSIVE MODE")
                let answers = Answers()
                let list = Self.list.begin(in: Self.session(caller, pool), for: answers)
                // On the only connection it comes between the two look-ups.
                let sleeper = Task(executorPreference: loop.executor) {
                    try await pool.run(Sleep(), effect: .read, deadlineNanoseconds: .max)
                }
                try await waitUntil { pool.callsInFlight == 1 && pool.waitingCalls == 1 }
                try holder.execute("ROLLBACK")
                try await waitUntil {
                    try database.rows("SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep'").count == 1
                }
                #expect(pool.waitingCalls == 1)
                #expect(answers.all == [])
                list.cancel()
                try await waitUntil { !answers.all.isEmpty }
                sleeper.cancel()
                _ = await sleeper.result
                try await waitUntil { pool.callsInFlight == 0 && pool.waitingCalls == 0 }
                return answers.all
            }
            #expect(answers == ["CANCELLED"])
        }
    }

    private static func session(_ caller: Caller, _ pool: PostgresPool) -> TenantSession {
        let deadline = Deadline(uptimeNanoseconds: MonotonicClock.now + 30_000_000_000)
        return Database(tenantPool: pool, platformPool: pool)
            .tenantSession(for: caller, callID: "", deadline: deadline)
    }

    /// With one connection, which carries one call at a time.
    private static func withLongText(
        _ body: (TwoTenants, Caller, PostgresPool, TestLoop) async throws -> Void
    ) async throws {
        try await TwoTenants.with { tenants in
            let (tenant, user) = (tenants.acme.id, tenants.acme.userID)
            try tenants.database.execute(
                """
                DELETE FROM agents;
                INSERT INTO agents (tenant_id, owner_id, name, agent_type, system_prompt)
                VALUES ('\(tenant)', \(user), 'short', 'research', ''),
                    ('\(tenant)', \(user), 'long', 'research', repeat('x', 50000))
                """)
            let principal = Principal(
                tenant: TenantProfile(id: TenantID(try #require(UUIDValue(tenant)))),
                userID: try #require(Int64(user)), role: .member, userIsActive: true, tokenID: "test")
            var configuration = PostgresPool.Configuration(conninfo: tenants.database.application)
            configuration.connections = 1
            configuration.pipelineDepth = 1
            try await TestLoop.with { loop in
                try await loop.withPool(configuration) { pool in
                    try await body(tenants, Caller(principal: principal), pool, loop)
                }
            }
        }
    }
}
