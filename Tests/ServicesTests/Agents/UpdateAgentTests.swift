internal import AgentdCore
internal import Messages
internal import Storage
internal import Testing

@testable internal import Services

@Suite("The update mask of an agent")
struct UpdateAgentTests {
    private static func request(
        _ paths: [String]?, _ change: (inout AgentMessage) -> Void = { $0.name = "New" }
    ) -> UpdateAgentRequest {
        var message = AgentMessage()
        message.id = 5
        change(&message)
        var request = UpdateAgentRequest()
        request.agent = message
        request.updateMask = paths
        return request
    }

    private static func update(_ request: UpdateAgentRequest) throws(ServiceError) -> (
        agent: Agent, fields: AgentFields, revision: Int64?
    ) {
        try UpdateAgent.update(of: request, tenant: TenantProfile(id: Callers.tenantA))
    }

    private static let masks: [(paths: [String]?, fields: AgentFields)] = [
        (["name"], .name), (["description"], .description), (["agent_type"], .type), (["status"], .status),
        (["system_prompt"], .systemPrompt), (["config"], .config), (["is_public"], .isPublic), (["*"], .all),
        (["name", "name", "status"], [.name, .status]), (["name", "*"], .all),
        (nil, [.name, .type, .status]), ([], [.name, .type, .status]),
    ]

    @Test("A mask names the fields that change; without one they are those that are populated", arguments: masks)
    func readsMask(_ paths: [String]?, _ fields: AgentFields) throws {
        let request = Self.request(paths) {
            $0.name = "New"
            $0.agentType = AgentType.workflow.rawValue
            $0.status = AgentStatus.active.rawValue
        }
        #expect(try Self.update(request).fields == fields)
    }

    @Test("Each populated field counts when there is no mask")
    func populated() throws {
        let request = Self.request(nil) {
            $0.name = "n"
            $0.description = "d"
            $0.agentType = AgentType.workflow.rawValue
            $0.status = AgentStatus.active.rawValue
            $0.systemPrompt = "p"
            $0.config = "{}"
            $0.isPublic = true
        }
        #expect(try Self.update(request).fields == .all)
    }

    @Test("Unknown, nested and read-only paths are refused, each by its place")
    func wrongPaths() {
        let paths = [
            "name", "nam", "id", "agent.name", "name.first", "config.key", "etag", "", "tenant_id", "owner_id",
            "is_active", "create_time", "update_time", "delete_time", "agentType", " name",
        ]
        let violations = violations { () throws(ServiceError) in try Self.update(Self.request(paths)) }
        #expect(violations.map(\.field) == (1..<paths.count).map { "update_mask.paths[\($0)]" })
        #expect(violations[1].description.contains("cannot be changed"))
        #expect(violations[0].description.contains("\"nam\" is no field"))
    }

    @Test("A hundred thousand wrong paths make an answer of bearable size")
    func manyWrongPaths() {
        let request = Self.request(Array(repeating: String(repeating: "x", count: 1_000), count: 100_000))
        let violations = violations { () throws(ServiceError) in try Self.update(request) }
        #expect(violations.count == FieldViolations.maximumKept)
        #expect(violations.allSatisfy { $0.description.utf8.count < 300 })
    }

    @Test("Only masked fields are validated and taken")
    func onlyMasked() throws {
        let request = Self.request(["status"]) {
            $0.name = ""
            $0.config = "nonsense"
            $0.status = AgentStatus.paused.rawValue
        }
        let update = try Self.update(request)
        #expect(update.fields == .status && update.agent.status == .paused && update.agent.name.isEmpty)
    }

    @Test("A masked field without a value is emptied where that is allowed, and refused where it is required")
    func emptied() throws {
        let update = try Self.update(Self.request(["description", "system_prompt", "config", "is_public"]) { _ in })
        #expect(update.agent.config == "{}" && !update.agent.isPublic)
        let fields = refusedFields { () throws(ServiceError) in try Self.update(Self.request(["*"]) { _ in }) }
        #expect(fields == ["agent.name", "agent.agent_type", "agent.status"])
    }

    @Test("An update that would change nothing is refused", arguments: [nil, []] as [[String]?])
    func nothing(_ paths: [String]?) {
        let fields = refusedFields { () throws(ServiceError) in try Self.update(Self.request(paths) { _ in }) }
        #expect(fields == ["update_mask"])
    }

    @Test("A request without agent or id says so")
    func identity() {
        #expect(refusedFields { () throws(ServiceError) in try Self.update(UpdateAgentRequest()) } == ["agent"])
        let request = Self.request(["name"]) {
            $0.id = -1
            $0.name = ""
        }
        #expect(refusedFields { () throws(ServiceError) in try Self.update(request) } == ["agent.id", "agent.name"])
    }

    private static let etags: [(text: String, revision: Int64?)] = [
        ("", nil), ("r1", 1), ("r9223372036854775807", .max), ("r0", 0), ("r-1", 0), ("r+1", 0), ("r01", 0), ("1", 0),
        ("R1", 0), ("r", 0), ("r1 ", 0), ("r9223372036854775808", 0), ("W/\"r1\"", 0), ("x1", 0),
    ]

    @Test("No etag means any revision, and what is no etag matches none", arguments: etags)
    func readsEtag(_ text: String, _ revision: Int64?) throws {
        let request = Self.request(["name"]) {
            $0.name = "New"
            $0.etag = text
        }
        #expect(try Self.update(request).revision == revision)
    }
}
