extension AgentdClient {
    /// What an agent is for: `agentd.v1.AgentType`.
    public struct AgentType: NamedNumber {
        /// The number in the schema files.
        public let rawValue: Int32
        /// Of a number.
        public init(rawValue: Int32) { self.rawValue = rawValue }

        /// What the names in the schema files begin with.
        public static let prefix = "AGENT_TYPE_"
        /// The names without the prefix, by their numbers.
        public static let names = [
            "UNSPECIFIED", "CUSTOMER_SERVICE", "DATA_ANALYSIS", "CONTENT_CREATION", "CODE_ASSISTANT", "RESEARCH",
            "WORKFLOW", "CUSTOM",
        ]

        /// Not said.
        public static let unspecified = AgentType(rawValue: 0)
        /// Answers customers.
        public static let customerService = AgentType(rawValue: 1)
        /// Analyses data.
        public static let dataAnalysis = AgentType(rawValue: 2)
        /// Writes.
        public static let contentCreation = AgentType(rawValue: 3)
        /// Helps with code.
        public static let codeAssistant = AgentType(rawValue: 4)
        /// Collects and compares.
        public static let research = AgentType(rawValue: 5)
        /// Carries out a process.
        public static let workflow = AgentType(rawValue: 6)
        /// Anything else; needs the tenant's feature `custom_agents`.
        public static let custom = AgentType(rawValue: 7)
    }

    /// Where an agent stands in its life: `agentd.v1.AgentStatus`.
    public struct AgentStatus: NamedNumber {
        /// The number in the schema files.
        public let rawValue: Int32
        /// Of a number.
        public init(rawValue: Int32) { self.rawValue = rawValue }

        /// What the names in the schema files begin with.
        public static let prefix = "AGENT_STATUS_"
        /// The names without the prefix, by their numbers.
        public static let names = ["UNSPECIFIED", "DRAFT", "ACTIVE", "PAUSED", "ARCHIVED"]

        /// Not said: on creation what the tenant's setting `default_agent_status` says.
        public static let unspecified = AgentStatus(rawValue: 0)
        /// Being written.
        public static let draft = AgentStatus(rawValue: 1)
        /// In use.
        public static let active = AgentStatus(rawValue: 2)
        /// Not in use for a while.
        public static let paused = AgentStatus(rawValue: 3)
        /// Not in use any more.
        public static let archived = AgentStatus(rawValue: 4)
    }
    /// Who may view a new agent: `agentd.v1.AgentVisibility`.
    public struct AgentVisibility: NamedNumber {
        /// The number in the schema files.
        public let rawValue: Int32
        /// Of a number.
        public init(rawValue: Int32) { self.rawValue = rawValue }

        /// What the names in the schema files begin with.
        public static let prefix = "AGENT_VISIBILITY_"
        /// The names without the prefix, by their numbers.
        public static let names = ["UNSPECIFIED", "PRIVATE", "PUBLIC"]

        /// Not said.
        public static let unspecified = AgentVisibility(rawValue: 0)
        /// Its owner alone.
        public static let `private` = AgentVisibility(rawValue: 1)
        /// The whole tenant; needs the tenant's feature `agent_sharing`.
        public static let `public` = AgentVisibility(rawValue: 2)
    }
}
