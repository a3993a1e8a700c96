internal import Storage

/// Reads the `order_by` of a list of agents: one field, and `asc` or `desc` behind it.
enum AgentOrderParser {
    /// The order; nil when the text is none.
    static func parse(_ text: String) -> AgentQuery.Order? {
        let words = text.split(maxSplits: 3) { $0 == " " }
        var order = AgentQuery.Order()
        guard let first = words.first else { return order }
        guard words.count <= 2, let field = AgentQuery.OrderField(rawValue: String(first)) else { return nil }
        order.field = field
        switch words.dropFirst().first {
        case nil, "asc": break
        case "desc": order.descending = true
        default: return nil
        }
        return order
    }

    /// What an order may be, for the error about one that is none.
    static var expectation: String {
        "must be one of \(AgentQuery.OrderField.allCases.map(\.rawValue).joined(separator: ", ")), "
            + "with \" asc\" or \" desc\" behind it if need be"
    }
}
