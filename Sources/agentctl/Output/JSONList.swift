internal import AgentdClient

/// A JSON object with a list, written element by element, each on a line of its own. Nothing is written before the
/// first element or the end, so that a call that fails at once leaves standard output empty.
struct JSONList {
    private let name: String
    private var hasBegun = false

    init(_ name: String) { self.name = name }

    mutating func add(_ element: JSONValue) {
        Terminal.standardOutput((hasBegun ? ",\n" : "{\"\(name)\": [\n") + JSONText.compact(element))
        hasBegun = true
    }

    /// - Parameter fields: What stands beside the list.
    func finish(_ fields: KeyValuePairs<String, JSONValue>) {
        let rest = fields.map { ", \"\($0)\": \(JSONText.compact($1))" }.joined()
        Terminal.standardOutput((hasBegun ? "\n]" : "{\"\(name)\": []") + rest + "}\n")
    }
}
