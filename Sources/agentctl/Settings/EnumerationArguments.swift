public import AgentdClient
public import ArgumentParser

extension AgentdClient.AgentType: ExpressibleByArgument {
    /// Of a name, with or without the prefix, in capitals or not.
    public init?(argument: String) {
        guard let type = AgentdClient.AgentType(name: argument), type != .unspecified else { return nil }
        self = type
    }

    /// What `--help` shows.
    public static var allValueStrings: [String] { Array(names.dropFirst()) }

    /// What `--help` shows of a default.
    public var defaultValueDescription: String { name }
}

extension AgentdClient.AgentStatus: ExpressibleByArgument {
    /// Of a name, with or without the prefix, in capitals or not.
    public init?(argument: String) {
        guard let status = AgentdClient.AgentStatus(name: argument), status != .unspecified else { return nil }
        self = status
    }

    /// What `--help` shows.
    public static var allValueStrings: [String] { Array(names.dropFirst()) }
}

extension AgentdClient.Role: ExpressibleByArgument {
    /// Of a name, with or without the prefix, in capitals or not.
    public init?(argument: String) {
        guard let role = AgentdClient.Role(name: argument), role != .unspecified else { return nil }
        self = role
    }

    /// What `--help` shows.
    public static var allValueStrings: [String] { Array(names.dropFirst()) }
}
