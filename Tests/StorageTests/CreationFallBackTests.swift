import Testing

internal import AgentdCore
internal import LoopExecutor
internal import Postgres
internal import Storage
internal import TestSupport

/// A creation is the usual statement, and another one when that did nothing, here because its tenant has a limit since
/// it was looked up.
@Suite("The second statement of a creation", .timeLimit(.minutes(1)))
struct CreationFallBackTests {
    @Test(
        "When its connection is lost nobody knows what happened; with a request id it is sent again",
        arguments: [false, true])
    func lost(hasRequestID: Bool) async throws {
        try await TwoTenants.withOneConnection { tenants, database, loop in
            let acme = try tenants.acme.caller()
            _ = try tenants.database.rows("UPDATE tenants SET max_agents = 1000 WHERE id = $1", [tenants.acme.id])
            // Only who counts agents looks at it.
            let holder = try ScriptConnection(conninfo: tenants.database.owner, applicationName: "holder")
            try holder.execute("BEGIN; LOCK TABLE agent_counts IN ACCESS EXCLUSIVE MODE")
            var agent = Agent(tenantID: acme.tenantID)
            agent.name = "created once"
            let context = ChangeContext(requestID: hasRequestID ? .random() : nil, payloadDigest: [])
            let statement = CreateAgentStatement(change: context, agent: agent)
            let task = Task {
                try await loop.run { () async -> Result<ChangeOutcome<Agent>, ServiceError> in
                    let session = database.tenantSession(for: acme, callID: "", deadline: .soon)
                    do throws(ServiceError) { return .success(try await session.run(statement)) } catch {
                        return .failure(error)
                    }
                }
            }
            let blocked = "pid IN (SELECT pid FROM pg_locks WHERE NOT granted AND relation = 'agent_counts'::regclass)"
            try await waitUntil {
                try tenants.database.rows(
                    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE \(blocked)")
                    == [["1"]]
            }
            if !hasRequestID {
                guard case .failure(let error) = try await task.value else {
                    Issue.record("it has an answer")
                    return
                }
                #expect(error.reason == .outcomeUnknown)
            }
            try holder.execute("ROLLBACK")
            if hasRequestID {
                guard case .success(.done(let created)) = try await task.value else {
                    Issue.record("it was not done")
                    return
                }
                #expect(created.name == agent.name)
            }
            let agents = try tenants.database.rows("SELECT count(*) FROM agents WHERE name = $1", [agent.name])
            #expect(agents == [[hasRequestID ? "1" : "0"]])
        }
    }
}
