import Testing

internal import AgentdCore
internal import Foundation
internal import Messages
internal import TestSupport

@Suite("agentctl tenants stats", .sharedWorld(), .timeLimit(.minutes(2)))
struct AgentctlStatsTests {
    @Test("Statistics are a table for each thing that is counted, and exact numbers as JSON")
    func stats() async throws {
        let world = try World.shared
        let features = ["advanced_analytics"]
        let team = try await world.speakAsSystemAdministrator {
            try await TenantTeam.make("counted", features: features, by: $0)
        }
        try await world.speak(as: team.member) { member in
            for index in 0..<3 { _ = try await member.createAgent("agent \(index)") }
        }
        let json = try await world.agentctl(as: team.administrator, "tenants", "stats", "--output", "json").json()
        #expect(json["tenant_id"] as? String == team.id)
        #expect((json["agents"] as? [String: String])?["total"] == "3")
        #expect((json["agents"] as? [String: String])?["draft"] == "3")
        #expect((json["users"] as? [String: String])?["administrators"] == "1")
        #expect((json["tokens"] as? [String: String])?["valid"] == "2")
        let bytes = try #require((json["storage_bytes"] as? String).flatMap { Int($0) })
        #expect(bytes > 0 && bytes < 1_000)
        let types = try #require(json["by_type"] as? [[String: String]])
        #expect(types.map { $0["key"] } == ["AGENT_TYPE_RESEARCH"] && types.first?["agents"] == "3")
        let owners = try #require(json["by_owner"] as? [[String: String]])
        #expect(owners.map { $0["key"] } == ["\(team.member.id)"])
        #expect((json["by_day"] as? [[String: String]])?.first?["created"] == "3")
        #expect((json["last_hour"] as? [String: Any])?["calls"] as? String != nil)

        let rows = cells(try await world.agentctl(as: team.administrator, "tenants", "stats").success())
        #expect(rows.contains(["storage", "\(bytes) B of agents' texts"]))
        #expect(rows.contains(["AGENTS", "TOTAL", "DRAFT", "ACTIVE", "PAUSED", "ARCHIVED", "DELETED"]))
        #expect(rows.contains(["3", "3", "0", "0", "0", "0"]))
        #expect(rows.contains(["CALLS", "NUMBER", "ERRORS", "MEAN LATENCY"]))
        #expect(rows.contains(["RESEARCH", "3", "\(bytes) B"]))
        #expect(rows.contains(["DRAFT", "3", "\(bytes) B"]))
        #expect(rows.contains { $0.count == 3 && $0.dropFirst() == ["3", "0"] }, "the day")
    }

    @Test("The basic view has no breakdowns, and the full one says which feature it needs")
    func views() async throws {
        let world = try World.shared
        let team = try await world.speakAsSystemAdministrator { try await TenantTeam.make("plain", by: $0) }
        let boss = team.administrator
        let basic = try await world.agentctl(as: boss, "tenants", "stats", "--view", "basic", "--output", "json").json()
        #expect((basic["by_type"] as? [Any])?.isEmpty == true)
        try await world.agentctl(as: boss, "tenants", "stats", "--view", "full").expectFailure(
            1, "FAILED_PRECONDITION (FEATURE_DISABLED)",
            "agentctl tenants update \(team.slug) --add-feature advanced_analytics")
    }

    @Test("Calls are counted, those that failed too, and the mean time of them is shown")
    func calls() async throws {
        let world = try World.shared
        let team = try await world.speakAsSystemAdministrator { try await TenantTeam.make("calls", by: $0) }
        try await world.speak(as: team.member) { member in
            for _ in 0..<9 { _ = try await member.whoAmI() }
            await expectRefusal(.notFound, "AGENT_NOT_FOUND") { try await member.getAgent(1) }
        }
        let boss = team.administrator
        try await waitUntil {
            let json = try await world.agentctl(as: boss, "tenants", "stats", "--output", "json").json()
            let hour = json["last_hour"] as? [String: Any]
            guard let calls = (hour?["calls"] as? String).flatMap({ Int($0) }), calls >= 10 else { return false }
            #expect(hour?["errors"] as? String == "1")
            let latency = try #require(hour?["mean_latency"] as? String)
            #expect(latency.wholeMatch(of: /0\.[0-9]{6}s/) != nil, "\(latency)")
            return true
        }
        let rows = cells(try await world.agentctl(as: boss, "tenants", "stats").success())
        let hour = try #require(rows.first { $0.first == "last hour" })
        #expect(hour.count == 4 && hour[2] == "1" && hour[3].wholeMatch(of: /[0-9.]+ (µs|ms)/) != nil, "\(hour)")
    }
}
