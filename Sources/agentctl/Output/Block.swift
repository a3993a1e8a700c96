internal import FoundationEssentials

/// Names with values, one a line.
struct Block {
    private var entries: [(name: String, value: String)] = []

    mutating func add(_ name: String, _ value: String) { entries.append((name, DisplayText.line(value))) }

    /// Left out when there is no value.
    mutating func add(_ name: String, ifAny value: String?) {
        if let value, !value.isEmpty { add(name, value) }
    }

    /// In UTC; left out when there is none.
    mutating func add(_ name: String, _ time: Date?) {
        if let time { add(name, "\(TimeText.readable(time)) UTC") }
    }

    var text: String {
        let width = entries.reduce(0) { max($0, $1.name.count) }
        return entries.map { name, value in
            "\(name)\(String(repeating: " ", count: width - name.count))  \(value)\n"
        }.joined()
    }
}
