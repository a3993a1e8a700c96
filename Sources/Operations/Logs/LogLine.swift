internal import Foundation
internal import Logging

/// One event of the log as a line of text, with its newline. Whatever looks like a secret is blotted out.
struct LogLine {
    /// Most lines fit, also those of calls, so that their memory is taken once.
    private static let usualBytes = 768

    let time: Date
    let level: Logger.Level
    let message: String
    /// Sorted by key.
    let fields: [(key: String, value: Logger.MetadataValue)]

    func bytes(_ format: LogFormat) -> [UInt8] {
        var line: [UInt8] = []
        line.reserveCapacity(Self.usualBytes)
        switch format {
        case .console: appendConsole(to: &line)
        case .json: appendJSON(to: &line)
        }
        line.append(UInt8(ascii: "\n"))
        return line
    }

    // MARK: For people

    private func appendConsole(to line: inout [UInt8]) {
        let name = level.rawValue.uppercased()
        line.append(time)
        line += " \(name)\(String(repeating: " ", count: max(1, 9 - name.count)))".utf8
        line += Self.visible(Redaction.applied(to: message)).utf8
        for field in fields {
            let value = Self.visible(Redaction.applied(to: field.value.description))
            line += " \(field.key)=\(Self.quoted(value))".utf8
        }
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

    // MARK: For programs

    private func appendJSON(to line: inout [UInt8]) {
        line += #"{"time":""#.utf8
        line.append(time)
        line += #"","level":""#.utf8
        line += level.rawValue.utf8
        line += #"","message":"#.utf8
        line.appendJSON(Redaction.applied(to: message))
        for field in fields {
            line.append(UInt8(ascii: ","))
            line.appendJSON(field.key)
            line.append(UInt8(ascii: ":"))
            line.appendJSON(field.value)
        }
        line.append(UInt8(ascii: "}"))
    }
}

extension [UInt8] {
    /// Numbers and truth values as such, everything else as text.
    fileprivate mutating func appendJSON(_ value: Logger.MetadataValue) {
        switch value {
        case .string(let text): appendJSON(Redaction.applied(to: text))
        case .stringConvertible(let number as Int): self += String(number).utf8
        case .stringConvertible(let number as Double) where number.isFinite: self += String(number).utf8
        case .stringConvertible(let flag as Bool): self += String(flag).utf8
        default: appendJSON(Redaction.applied(to: value.description))
        }
    }

    fileprivate mutating func appendJSON(_ text: String) {
        append(UInt8(ascii: "\""))
        // Nearly every text can be copied as a whole.
        if text.utf8.contains(where: Self.needsEscape) {
            for byte in text.utf8 { if Self.needsEscape(byte) { appendEscaped(byte) } else { append(byte) } }
        } else {
            self += text.utf8
        }
        append(UInt8(ascii: "\""))
    }

    private static func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == 0x7F || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private mutating func appendEscaped(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): self += [UInt8(ascii: "\\"), byte]
        case UInt8(ascii: "\n"): self += #"\n"#.utf8
        default: self += "\\u00\(byte < 0x10 ? "0" : "")\(String(byte, radix: 16))".utf8
        }
    }

    /// In UTC and the form of RFC 3339, with milliseconds.
    fileprivate mutating func append(_ time: Date) {
        let milliseconds = Int((time.timeIntervalSince1970 * 1_000).rounded(.down))
        var seconds = time_t(milliseconds / 1_000)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        append(Int(parts.tm_year) + 1_900, digits: 4)
        append("-", Int(parts.tm_mon) + 1)
        append("-", Int(parts.tm_mday))
        append("T", Int(parts.tm_hour))
        append(":", Int(parts.tm_min))
        append(":", Int(parts.tm_sec))
        append(".", milliseconds % 1_000, digits: 3)
        append(UInt8(ascii: "Z"))
    }

    private mutating func append(_ separator: Unicode.Scalar, _ number: Int, digits: Int = 2) {
        append(UInt8(ascii: separator))
        append(number, digits: digits)
    }

    private mutating func append(_ number: Int, digits: Int) {
        var divisor = digits == 2 ? 10 : digits == 3 ? 100 : 1_000
        while divisor > 0 {
            append(UInt8(ascii: "0") + UInt8(number / divisor % 10))
            divisor /= 10
        }
    }
}
