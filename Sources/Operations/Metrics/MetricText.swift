/// Writes the text format of Prometheus, version 0.0.4.
///
/// See https://prometheus.io/docs/instrumenting/exposition_formats/
struct MetricText {
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    private(set) var text = ""

    mutating func header(_ definition: MetricDefinition) {
        let help = definition.help.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
        text += "# HELP \(definition.name) \(help)\n# TYPE \(definition.name) \(definition.kind.rawValue)\n"
    }

    mutating func sample(_ name: String, labels: String, value: some BinaryInteger) {
        line(name, labels, String(value))
    }

    mutating func sample(_ name: String, labels: String, value: Double) {
        line(name, labels, Self.text(value))
    }

    private mutating func line(_ name: String, _ labels: String, _ value: String) {
        text += name
        if !labels.isEmpty { text += "{" + labels + "}" }
        text += " " + value + "\n"
    }

    private static func text(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return Int64(exactly: value).map { String($0) } ?? "\(value)"
    }
}
