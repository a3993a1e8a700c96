internal import FoundationEssentials

/// Reads lines of agent definitions, each a JSON object, as agents to create. Nothing of a line is lost: what an agent
/// has no field for is kept in its `config`.
///
/// | field of a line | becomes |
/// | --- | --- |
/// | `name`, `description`, `system_prompt` | the same, as it is |
/// | `agent_type`, `status`, `is_public` | the same |
/// | `config` | the same: a JSON object, or a text with one |
/// | what the daemon sets itself: `id`, `tenant_id`, `owner_id`, `is_active`, `create_time`, ... | nothing |
/// | everything else, such as `category`, `model`, `tools` | a field of the JSON object `config` |
///
/// The type of an agent is that of its line, or else `type`, or else what its `category` suggests, or else
/// `defaultType`.
package struct AgentImport: Sendable {
    /// Of lines that say none, whatever their category.
    package var type: AgentdClient.AgentType?
    /// Of lines whose category says nothing either. Not `CUSTOM`, which not every tenant may have.
    package var defaultType = AgentdClient.AgentType.workflow
    /// Of lines that say none.
    package var status = AgentdClient.AgentStatus.unspecified
    /// Of lines that do not say it.
    package var isPublic = false

    package init() {}

    /// A line that can be sent.
    package struct Candidate: Sendable, Equatable {
        package let lineNumber: Int
        package let agent: AgentdClient.Agent
        package let requestID: String
    }

    /// A line that cannot.
    package struct Problem: Error, Sendable, Equatable {
        package let lineNumber: Int
        /// Empty when it is not known.
        package let name: String
        package let description: String
    }

    /// Reads one line; nil when it is blank.
    package func candidate(_ line: LineSplitter.Line) throws(Problem) -> Candidate? {
        switch line {
        case .tooLong(let number):
            let limit = LineSplitter.maximumLineBytes
            throw Problem(lineNumber: number, name: "", description: "is longer than \(limit) bytes")
        case .line(let number, let bytes):
            if bytes.allSatisfy({ $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }) { return nil }
            var fields: AgentLine
            do {
                fields = try AgentLine(bytes)
            } catch {
                throw Problem(lineNumber: number, name: "", description: error.description)
            }
            let agent = agent(&fields)
            guard fields.problems.isEmpty else {
                let description = fields.problems.joined(separator: "; ")
                throw Problem(lineNumber: number, name: agent.name, description: description)
            }
            return Candidate(
                lineNumber: number, agent: agent, requestID: ImportRequestID.make(lineNumber: number, line: bytes))
        }
    }

    private func agent(_ line: inout AgentLine) -> AgentdClient.Agent {
        line.ignoreWhatTheDaemonSets()
        var agent = AgentdClient.Agent(name: line.text("name"))
        agent.description = line.text("description")
        agent.systemPrompt = line.text("system_prompt")
        agent.type =
            line.named("agent_type") ?? type ?? CategoryTypes.type(of: line.category) ?? defaultType
        agent.status = line.named("status") ?? status
        agent.isPublic = line.bool("is_public") ?? isPublic
        agent.config = line.config()
        line.check(agent)
        return agent
    }
}

/// What the category of an agent says about its type. Categories are those of common public collections of agents.
package enum CategoryTypes {
    package static let all: [(category: String, type: AgentdClient.AgentType)] = [
        ("core-development", .codeAssistant),
        ("language-specialists", .codeAssistant),
        ("developer-experience", .codeAssistant),
        ("quality-security", .codeAssistant),
        ("infrastructure", .workflow),
        ("meta-orchestration", .workflow),
        ("data-ai", .dataAnalysis),
        ("research-analysis", .research),
        ("content", .contentCreation),
        ("customer-service", .customerService),
        ("customer-support", .customerService),
    ]

    static func type(of category: String?) -> AgentdClient.AgentType? {
        all.first { $0.category == category }?.type
    }
}
