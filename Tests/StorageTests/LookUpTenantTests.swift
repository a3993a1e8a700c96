import Testing

internal import AgentdCore
internal import Postgres
@testable internal import Storage
internal import TestSupport

/// A look-up says itself which tenant it is for, in the statement that looks up.
@Suite("The tenant of a look-up", .timeLimit(.minutes(1)))
struct LookUpTenantTests {
    private static let own = ListAgentsStatement(AgentQuery(scope: .own, pageSize: 20))

    /// What look-ups found, in the order in which they were begun. On the loop.
    private final class Found {
        private(set) var agents: [[Int64]?]

        init(count: Int) { agents = Array(repeating: nil, count: count) }

        var isWhole: Bool { !agents.contains(nil) }

        func add(_ agents: [AgentView], at place: Int) {
            #expect(self.agents[place] == nil)
            self.agents[place] = agents.map(\.id)
        }
    }

    /// Notes what one of them found.
    private final class Finder<What>: LookUpReceiver {
        private let found: Found
        private let place: Int
        private let agents: (What) -> [AgentView]

        init(_ found: Found, at place: Int, _ agents: @escaping (What) -> [AgentView]) {
            self.found = found
            self.place = place
            self.agents = agents
        }

        func lookedUp(_ result: Result<What, ServiceError>) {
            switch result {
            case .success(let what): found.add(agents(what), at: place)
            case .failure(let error): Issue.record("\(error)")
            }
        }
    }

    @Test("Look-ups of two tenants that come together find each what is its tenant's")
    func together() async throws {
        try await TwoTenants.withOneConnection { tenants, database, loop in
            let callers = [try tenants.acme.caller(), try tenants.globex.caller()]
            let ids = try [tenants.acme, tenants.globex].map { try #require(Int64($0.agentID)) }
            try await loop.run {
                // What is not prepared yet does not share a transaction.
                for _ in 0..<3 {
                    let found = Found(count: 12)
                    for place in 0..<12 {
                        let (tenant, other) = (place % 2, (place + 1) % 2)
                        let session = database.tenantSession(
                            for: callers[tenant], callID: "test", deadline: .soon)
                        if place % 3 == 0 {
                            _ = Self.own.begin(
                                in: session, for: Finder(found, at: place) { (page: AgentPage) in page.agents })
                        } else {
                            // Its own and the other tenant's.
                            let id = ids[place % 3 == 1 ? tenant : other]
                            _ = GetAgentStatement(id: id).begin(
                                in: session,
                                for: Finder(found, at: place) { (agent: AgentView?) in agent.map { [$0] } ?? [] })
                        }
                    }
                    try await waitUntil { found.isWhole }
                    let expected = (0..<12).map { place in place % 3 == 2 ? [] : [ids[place % 2]] }
                    #expect(found.agents == expected)
                }
                let setting = try await database.tenantPool.run(
                    CurrentTenant(), effect: .read, deadlineNanoseconds: Deadline.soon.uptimeNanoseconds)
                #expect(setting == "", "A setting outlives its transaction.")
            }
        }
    }

    @Test("Each half of what a look-up says of its tenant keeps the other tenant's rows out")
    func halves() async throws {
        try await TwoTenants.with { tenants in
            let (acme, globex) = (tenants.acme, tenants.globex)
            let text = try await Self.prepared(tenants)
            /// - Parameters: The tenants that its text and its setting name, and the one that was set before.
            func count(_ named: String, _ set: String?, before: String, of agent: TwoTenants.Tenant) throws -> Int {
                try tenants.database.rows(tenant: before, text, [named, agent.agentID, agent.userID, set]).count
            }
            for before in [acme, globex] {
                #expect(try count(acme.id, acme.id, before: before.id, of: acme) == 1)
                #expect(try count(acme.id, globex.id, before: before.id, of: acme) == 0)
                #expect(try count(globex.id, acme.id, before: before.id, of: acme) == 0)
                #expect(try count(globex.id, acme.id, before: before.id, of: globex) == 0)
                // No tenant: neither the row of the one that was set before.
                #expect(try count(acme.id, "", before: before.id, of: acme) == 0)
            }
        }
    }

    /// The text of GetAgent as the daemon prepares it.
    private static func prepared(_ tenants: TwoTenants) async throws -> String {
        try await TestLoop.with { loop in
            var configuration = PostgresPool.Configuration(conninfo: tenants.database.application)
            configuration.connections = 1
            let caller = try tenants.acme.caller()
            return try await loop.withPool(configuration) { pool in
                try await loop.run {
                    let session = Database(tenantPool: pool, platformPool: pool)
                        .tenantSession(for: caller, callID: "test", deadline: .soon)
                    try await GetAgentStatement(id: 1).finds(in: session)
                    return try #require(try await PreparedStatements.found(on: pool).last).text
                }
            }
        }
    }

    private struct CurrentTenant: Statement {
        let text = StatementText("current_tenant", "SELECT current_setting('app.current_tenant_id', true)", [])

        func bind(to parameters: inout Parameters) {}

        func decode(_ rows: borrowing Rows) throws(DecodingFailure) -> String { try rows.text(0, 0) }
    }
}
