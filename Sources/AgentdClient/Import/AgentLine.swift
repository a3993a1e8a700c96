internal import FoundationEssentials

/// One line of an import while it is read: fields are taken out one after the other, and what is wrong with them is
/// noted.
struct AgentLine {
    /// What the daemon takes, as `agents.proto` says.
    private static let nameCharacters = 255
    private static let descriptionCharacters = 8_192
    private static let promptBytes = 262_144
    private static let configBytes = 65_536

    /// Fields of `agentd.v1.Agent` that a listing shows and that nobody can set.
    private static let setByTheDaemon = [
        "id", "tenant_id", "owner_id", "create_time", "update_time", "delete_time", "etag",
    ]

    /// Not a JSON object.
    struct Unreadable: Error {
        let description: String
    }

    private var fields: [String: JSONValue]
    private(set) var problems: [String] = []

    init(_ bytes: [UInt8]) throws(Unreadable) {
        let value: JSONValue
        do {
            value = try JSONValue(parsing: bytes)
        } catch {
            throw Unreadable(description: "is not JSON")
        }
        guard case .object(let fields) = value else { throw Unreadable(description: "is not a JSON object") }
        self.fields = fields
    }

    mutating func ignoreWhatTheDaemonSets() {
        for field in Self.setByTheDaemon { fields[field] = nil }
        if bool("is_active") == false { problems.append("is_active: a deleted agent is not imported") }
    }

    /// Empty when it is absent.
    mutating func text(_ field: String) -> String {
        switch fields.removeValue(forKey: field) {
        case .string(let text): return text
        case nil, .null: return ""
        case .bool, .number, .array, .object:
            problems.append("\(field): must be a text")
            return ""
        }
    }

    /// Nil when it is absent.
    mutating func bool(_ field: String) -> Bool? {
        switch fields.removeValue(forKey: field) {
        case .bool(let bool): return bool
        case nil, .null: return nil
        case .number, .string, .array, .object:
            problems.append("\(field): must be true or false")
            return nil
        }
    }

    /// A value of an enumeration by its name; nil when it is absent.
    mutating func named<Value: NamedNumber>(_ field: String) -> Value? {
        switch fields.removeValue(forKey: field) {
        case .string(let name):
            if let value = Value(name: name), value.rawValue != 0 { return value }
        case nil, .null: return nil
        case .bool, .number, .array, .object: break
        }
        problems.append("\(field): must be one of \(Value.names.dropFirst().joined(separator: ", "))")
        return nil
    }

    /// Stays in the line: it has no field of its own.
    var category: String? {
        guard case .string(let category) = fields["category"] else { return nil }
        return category
    }

    /// The configuration of the line, with everything that is left of the line; to be called last.
    mutating func config() -> String {
        let own = fields.removeValue(forKey: "config")
        var object: [String: JSONValue] = [:]
        switch own {
        case .object(let fields): object = fields
        case .string(let text) where !text.isEmpty:
            guard case .object(let fields)? = try? JSONValue(parsing: Array(text.utf8)) else {
                problems.append("config: must be a JSON object")
                return ""
            }
            // Byte for byte as it was, where nothing has to be added.
            if self.fields.isEmpty { return text }
            object = fields
        case nil, .null, .string:
            if fields.isEmpty { return "" }
        case .bool, .number, .array:
            problems.append("config: must be a JSON object")
            return ""
        }
        for (name, value) in fields {
            if let other = object[name], other != value {
                problems.append("\(name): is also in config, with another value")
            }
            object[name] = value
        }
        do {
            return try JSONValue.object(object).text()
        } catch {
            problems.append("config: cannot be written as JSON")
            return ""
        }
    }

    /// What the daemon would refuse.
    mutating func check(_ agent: AgentdClient.Agent) {
        let nameLength = agent.name.unicodeScalars.count
        if nameLength < 1 || nameLength > Self.nameCharacters {
            problems.append("name: must have 1 to \(Self.nameCharacters) characters")
        }
        if agent.description.unicodeScalars.count > Self.descriptionCharacters {
            problems.append("description: must have at most \(Self.descriptionCharacters) characters")
        }
        if agent.systemPrompt.utf8.count > Self.promptBytes {
            problems.append("system_prompt: must have at most \(Self.promptBytes) bytes")
        }
        if agent.config.utf8.count > Self.configBytes {
            problems.append("config: must have at most \(Self.configBytes) bytes, with what is kept in it")
        }
        var text = TextFields()
        _ = agent.message(&text)
        do {
            try text.finish()
        } catch {
            problems.append(contentsOf: error.violations.map { "\($0.field): \($0.description)" })
        }
    }
}
