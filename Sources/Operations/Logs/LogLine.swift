internal import Foundation
internal import Logging

/// One event of the log as a line of text, with its newline. Whatever looks like an API key is blotted out.
struct LogLine {
    let time: Date
    let level: Logger.Level
    let message: String
    /// Sorted by key.
    let fields: [(key: String, value: String)]

    func text(_ format: LogFormat) -> String {
        switch format {
        case .console: console
        case .json: json
        }
    }

    private var stamp: String { time.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true)) }

    private var console: String {
        let name = level.rawValue.uppercased()
        let padding = String(repeating: " ", count: max(1, 9 - name.count))
        let details = fields.map { " \($0.key)=\(Self.quoted(Self.visible($0.value)))" }.joined()
        return Redaction.applied(to: "\(stamp) \(name)\(padding)\(Self.visible(message))\(details)") + "\n"
    }

    private var json: String {
        var object = [("time", stamp), ("level", level.rawValue), ("message", message)]
        object += fields.map { ($0.key, $0.value) }
        let members = object.map { "\(Self.jsonText($0.0)):\(Self.jsonText(Redaction.applied(to: $0.1)))" }
        return "{\(members.joined(separator: ","))}\n"
    }

    private static func quoted(_ value: String) -> String {
        value.isEmpty || value.contains(where: \.isWhitespace) ? "\"\(value.replacing("\"", with: "\\\""))\"" : value
    }

    /// What a client sent may be in a message: it must neither begin a new line nor move the cursor of a terminal.
    private static func visible(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isControl) else { return text }
        return text.unicodeScalars.map { isControl($0) ? $0.escaped(asASCII: true) : String($0) }.joined()
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.generalCategory == .control }

    private static func jsonText(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
