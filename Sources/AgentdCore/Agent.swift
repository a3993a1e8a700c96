/// What an agent is for. The numbers are those of `agentd.v1.AgentType`.
package enum AgentType: Int32, Sendable, CaseIterable {
    case customerService = 1
    case dataAnalysis = 2
    case contentCreation = 3
    case codeAssistant = 4
    case research = 5
    case workflow = 6
    case custom = 7

    /// The name that the database keeps; in capitals it is the name in filters and after `AGENT_TYPE_`.
    package var databaseName: String { Self.databaseNames[Int(rawValue) - 1] }

    /// By their numbers, which begin with 1; made once.
    private static let databaseNames = allCases.map { String($0.name) }

    private var name: StaticString {
        switch self {
        case .customerService: "customer_service"
        case .dataAnalysis: "data_analysis"
        case .contentCreation: "content_creation"
        case .codeAssistant: "code_assistant"
        case .research: "research"
        case .workflow: "workflow"
        case .custom: "custom"
        }
    }

    package init?(databaseName: String) {
        var name = databaseName
        guard let type = name.withUTF8({ Self(databaseName: UnsafeRawBufferPointer($0)) }) else { return nil }
        self = type
    }

    package init?(databaseName: UnsafeRawBufferPointer) {
        guard let type = Self.allCases.first(where: { databaseName.equals($0.name) }) else {
            return nil
        }
        self = type
    }
}

/// Where an agent stands in its life. The numbers are those of `agentd.v1.AgentStatus`.
package enum AgentStatus: Int32, Sendable, CaseIterable {
    case draft = 1
    case active = 2
    case paused = 3
    case archived = 4

    package var databaseName: String { Self.databaseNames[Int(rawValue) - 1] }

    /// By their numbers, which begin with 1; made once.
    private static let databaseNames = allCases.map { String($0.name) }

    private var name: StaticString {
        switch self {
        case .draft: "draft"
        case .active: "active"
        case .paused: "paused"
        case .archived: "archived"
        }
    }

    package init?(databaseName: String) {
        var name = databaseName
        guard let status = name.withUTF8({ Self(databaseName: UnsafeRawBufferPointer($0)) }) else { return nil }
        self = status
    }

    package init?(databaseName: UnsafeRawBufferPointer) {
        guard let status = Self.allCases.first(where: { databaseName.equals($0.name) }) else {
            return nil
        }
        self = status
    }
}

/// Who may view an agent. The numbers are those of `agentd.v1.AgentVisibility`.
package enum AgentVisibility: Int32, Sendable, CaseIterable {
    /// Its owner alone.
    case `private` = 1
    /// The whole tenant.
    case `public` = 2
}

/// An agent as the database keeps it.
package struct Agent: Sendable, Equatable {
    package var id: Int64 = 0
    package var tenantID: TenantID
    package var ownerID: Int64 = 0
    package var name = ""
    package var description = ""
    package var type: AgentType = .custom
    package var status: AgentStatus = .draft
    package var systemPrompt = ""
    /// A JSON object, byte for byte as it was given.
    package var config = "{}"
    package var isPublic = false
    package var isActive = true
    package var createTime = Timestamp(microseconds: 0)
    package var updateTime = Timestamp(microseconds: 0)
    package var deleteTime: Timestamp?
    /// Counts the changes; its text is the etag.
    package var revision: Int64 = 1

    package init(tenantID: TenantID) { self.tenantID = tenantID }
}

/// The entity tag of a revision, as clients see it.
package enum EntityTag {
    package static func text(revision: Int64) -> String { "r\(revision)" }

    /// The revision of a tag; a text that never was a tag gives 0, which no revision matches.
    package static func revision(_ text: String) -> Int64 {
        guard let revision = Int64(text.dropFirst()), revision > 0, text == Self.text(revision: revision) else {
            return 0
        }
        return revision
    }
}

extension String {
    fileprivate init(_ text: StaticString) { self = text.withUTF8Buffer { String(decoding: $0, as: UTF8.self) } }
}
