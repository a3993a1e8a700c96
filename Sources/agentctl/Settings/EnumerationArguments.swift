public import AgentdClient
public import ArgumentParser

/// Enumerations of the schema files on the command line: by name, with or without the prefix, in capitals or not.
extension ExpressibleByArgument where Self: NamedNumber {
    /// Nil for what is no name, and for that of the value which stands for none.
    public init?(argument: String) {
        guard let value = Self(name: argument), value.rawValue != 0 else { return nil }
        self = value
    }

    /// What `--help` shows.
    public static var allValueStrings: [String] { Array(names.dropFirst()) }

    /// What `--help` shows of a default.
    public var defaultValueDescription: String { shortName }

    /// What shells complete.
    public static var defaultCompletionKind: CompletionKind { .list(allValueStrings) }
}

extension AgentdClient.AgentType: ExpressibleByArgument {}
extension AgentdClient.AgentStatus: ExpressibleByArgument {}
extension AgentdClient.Role: ExpressibleByArgument {}
extension AgentdClient.AuditOutcome: ExpressibleByArgument {}
extension AgentdClient.TenantStatsView: ExpressibleByArgument {}
