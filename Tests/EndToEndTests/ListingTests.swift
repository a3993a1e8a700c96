import Testing

internal import AgentdCore
internal import Messages
internal import TestSupport

@Suite("Lists", .bothDoors, .timeLimit(.minutes(2)))
struct ListingTests {
    /// Ada with agents whose names, types and times tell them apart.
    private func withAgents(_ count: Int, _ body: (Caller, [AgentMessage], World) async throws -> Void) async throws {
        try await World.with { world in
            try await world.speak(as: world.ada) { ada in
                var agents: [AgentMessage] = []
                for number in 0..<count {
                    var request = CreateAgentRequest()
                    var agent = AgentMessage()
                    // Every third has the same name, so that an order by name needs the id as well.
                    agent.name = number.isMultiple(of: 3) ? "same" : "agent \(number * 7919 % 100) %_*"
                    agent.agentType = Int32(1 + number % 7)
                    agent.status = Int32(1 + number % 4)
                    agent.isPublic = number.isMultiple(of: 2)
                    request.agent = agent
                    agents.append(try await ada.call("AgentService/CreateAgent", request))
                }
                try await body(ada, agents, world)
            }
        }
    }

    @Test(
        "Pages of any order hold every agent once, in that order",
        arguments: [
            "", "id desc", "name", "name desc", "create_time", "create_time desc", "update_time", "update_time desc",
        ])
    func orders(orderBy: String) async throws {
        try await withAgents(25) { ada, agents, _ in
            _ = try await ada.update(agents[3].id) { $0.description = "changed, so the last in update_time" }
            var request = ListAgentsRequest()
            request.pageSize = 4
            request.orderBy = orderBy
            let pages = try await ada.pages(request)
            #expect(pages.dropLast().allSatisfy { $0.count == 4 } && pages.count == 7)
            let listed = pages.flatMap(\.self)
            #expect(Set(listed.map(\.id)) == Set(agents.map(\.id)) && listed.count == agents.count)
            let ascending = orderBy.hasSuffix("desc") ? Array(listed.reversed()) : listed
            let field = orderBy.split(separator: " ").first ?? "id"
            let isOrdered = zip(ascending, ascending.dropFirst()).allSatisfy { left, right in
                switch field {
                case "name":
                    left.name.utf8.lexicographicallyPrecedes(right.name.utf8)
                        || (left.name == right.name && left.id < right.id)
                case "create_time":
                    (left.createTime!.microseconds, left.id) < (right.createTime!.microseconds, right.id)
                case "update_time":
                    (left.updateTime!.microseconds, left.id) < (right.updateTime!.microseconds, right.id)
                default: left.id < right.id
                }
            }
            #expect(isOrdered)
        }
    }

    @Test("Filters choose what they say")
    func filters() async throws {
        try await withAgents(25) { ada, agents, world in
            func ids(_ filter: String) async throws -> [Int64] {
                var request = ListAgentsRequest()
                request.filter = filter
                return try await ada.list(request).agents.map(\.id)
            }
            func expected(_ isIncluded: (AgentMessage) -> Bool) -> [Int64] { agents.filter(isIncluded).map(\.id) }
            let cases: [(String, (AgentMessage) -> Bool)] = [
                ("agent_type = CUSTOM", { $0.agentType == 7 }), ("status = ACTIVE", { $0.status == 2 }),
                ("is_public = true", \.isPublic), ("is_public = false", { !$0.isPublic }),
                ("owner_id = \(world.ada.id)", { _ in true }), ("owner_id = \(world.bob.id)", { _ in false }),
                ("name = \"same\"", { $0.name == "same" }), ("name = \"agent 1*\"", { $0.name.hasPrefix("agent 1") }),
                ("name : \"%_\"", { $0.name.contains("%_") }), ("name = \"%\"", { _ in false }),
                (
                    "status = DRAFT AND is_public = true AND name : \"ame\"",
                    { $0.status == 1 && $0.isPublic && $0.name == "same" }
                ),
            ]
            for (filter, isIncluded) in cases {
                let found = try await ids(filter)
                #expect(found == expected(isIncluded), "\(filter)")
            }
            for filter in [
                "name", "name = ", "color = \"red\"", "agent_type = NONE", "status = ACTIVE OR name = \"a\"", "' --",
            ] {
                await expectRefusal(.invalidArgument, "FIELD_INVALID") { try await ids(filter) }
            }
        }
    }

    @Test("Page sizes: 0 is 50, above 1,000 is 1,000, negative is refused")
    func pageSizes() async throws {
        try await World.with { world in
            try world.database.execute(
                """
                INSERT INTO agents (tenant_id, owner_id, name, agent_type)
                SELECT '\(world.ada.tenantID)', \(world.ada.id), 'n' || n, 'research' FROM generate_series(1, 1200) AS n
                """)
            try await world.speak(as: world.ada) { ada in
                for (size, expected) in [(0, 50), (1, 1), (1_000, 1_000), (1_001, 1_000), (Int32.max, 1_000)] {
                    var request = ListAgentsRequest()
                    request.pageSize = Int32(size)
                    let page = try await ada.list(request)
                    #expect(page.agents.count == expected)
                }
                var request = ListAgentsRequest()
                request.pageSize = -1
                let negative = request
                await expectRefusal(.invalidArgument, "FIELD_INVALID") { try await ada.list(negative) }
            }
        }
    }

    @Test("A page of long prompts is cut so that it fits one message, and nothing is left out")
    func longPrompts() async throws {
        try await World.with { world in
            try world.database.execute(
                """
                INSERT INTO agents (tenant_id, owner_id, name, agent_type, system_prompt)
                SELECT '\(world.ada.tenantID)', \(world.ada.id), 'n' || n, 'research', repeat('x', 262144)
                FROM generate_series(1, 11) AS n
                """)
            try await world.speak(as: world.ada) { ada in
                let pages = try await ada.pages(ListAgentsRequest())
                #expect(pages.count > 1 && pages.allSatisfy { !$0.isEmpty })
                #expect(pages.flatMap { $0.map(\.name) } == (1...11).map { "n\($0)" })
            }
        }
    }

    @Test(
        "One long text among short ones does not cut a page that fits, and is whole",
        arguments: [4_681, 4_682, 9_362, 9_363, 18_724, 18_725, 65_000], ["system_prompt", "description", "config"])
    func oneLongText(bytes: Int, column: String) async throws {
        try await World.with { world in
            let filling = String(repeating: "x", count: bytes)
            let text = column == "config" ? #"{"a":"\#(filling.dropFirst(8))"}"# : filling
            try world.database.execute(
                """
                INSERT INTO agents (tenant_id, owner_id, name, agent_type)
                SELECT '\(world.ada.tenantID)', \(world.ada.id), 'n' || n, 'research' FROM generate_series(1, 25) AS n;
                UPDATE agents SET \(column) = '\(text)' WHERE name = 'n7'
                """)
            try await world.speak(as: world.ada) { ada in
                var request = ListAgentsRequest()
                request.pageSize = 20
                let pages = try await ada.pages(request)
                #expect(pages.map(\.count) == [20, 5])
                let agents = pages.flatMap { $0 }
                #expect(agents.map(\.name) == (1...25).map { "n\($0)" })
                for agent in agents {
                    let texts = [agent.systemPrompt, agent.description, agent.config].filter { $0 != "" && $0 != "{}" }
                    #expect(texts == (agent.name == "n7" ? [text] : []))
                }
            }
        }
    }

    @Test("A page token works for its caller and its query alone, and not when it was altered")
    func pageTokens() async throws {
        try await withAgents(6) { ada, _, world in
            var request = ListAgentsRequest()
            request.pageSize = 2
            request.pageToken = try await ada.list(request).nextPageToken
            let good = request
            let second = try await ada.list(good)
            #expect(second.agents.count == 2)
            let alterations: [(inout ListAgentsRequest) -> Void] = [
                { $0.filter = "is_public = true" }, { $0.orderBy = "name" }, { $0.showDeleted = true },
                { $0.pageToken += "A" }, { $0.pageToken = "nonsense" },
                { $0.pageToken = String($0.pageToken.reversed()) },
            ]
            for alter in alterations {
                var altered = good
                alter(&altered)
                let request = altered
                await expectRefusal(.invalidArgument, "PAGE_TOKEN_INVALID") { try await ada.list(request) }
            }
            for person in [world.bob, world.carol] {
                try await world.speak(as: person) { other in
                    await expectRefusal(.invalidArgument, "PAGE_TOKEN_INVALID") { try await other.list(good) }
                }
            }
        }
    }
}
