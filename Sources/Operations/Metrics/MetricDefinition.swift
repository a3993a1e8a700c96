/// One metric that agentd exposes.
package struct MetricDefinition: Sendable, Hashable {
    package enum Kind: String, Sendable {
        case counter
        case gauge
        /// Of durations, in seconds.
        case histogram
    }

    package let name: String
    package let kind: Kind
    /// The names of its labels, in the order in which they are written.
    package let labels: [String]
    /// What it says, in a sentence.
    package let help: String

    package init(_ name: String, _ kind: Kind, labels: [String] = [], _ help: String) {
        self.name = name
        self.kind = kind
        self.labels = labels
        self.help = help
    }
}

extension MetricDefinition {
    /// Whether the names are ones that Prometheus takes: letters, digits and `_`, no digit first, and none that are
    /// reserved: labels that begin with `__`, and `le`, which a histogram adds itself.
    ///
    /// See https://prometheus.io/docs/concepts/data_model/
    package var hasValidNames: Bool {
        Self.isName(name) && labels.allSatisfy { Self.isName($0) && !$0.hasPrefix("__") && $0 != "le" }
            && Set(labels).count == labels.count
    }

    private static func isName(_ text: String) -> Bool {
        guard let first = text.first, !first.isNumber else { return false }
        return text.allSatisfy { $0 == "_" || ($0.isASCII && ($0.isLetter || $0.isNumber)) }
    }

    /// The labels as the text format writes them, without the braces; nil when the dimensions are not exactly those of
    /// the metric, or a value is longer than `maximumValueBytes`.
    func labelText(_ dimensions: [(String, String)], maximumValueBytes: Int) -> String? {
        guard dimensions.count == labels.count else { return nil }
        var pairs: [String] = []
        for label in labels {
            guard let value = dimensions.first(where: { $0.0 == label })?.1, value.utf8.count <= maximumValueBytes
            else {
                return nil
            }
            pairs.append("\(label)=\"\(Self.escaped(value))\"")
        }
        return pairs.joined(separator: ",")
    }

    private static func escaped(_ value: String) -> String {
        value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
}
