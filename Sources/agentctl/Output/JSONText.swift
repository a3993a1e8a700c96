internal import AgentdClient
internal import FoundationEssentials

/// JSON as `--output json` writes it: fields named as in the schema files, always the same ones; 64-bit numbers as
/// texts, enumerations by their names, times as RFC 3339, as proto3 JSON has it.
enum JSONText {
    /// One answer.
    static func pretty(_ value: JSONValue) -> String {
        encoded(value, [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]) + "\n"
    }

    /// In one line.
    static func compact(_ value: JSONValue) -> String { encoded(value, [.sortedKeys, .withoutEscapingSlashes]) }

    private static func encoded(_ value: JSONValue, _ formatting: JSONEncoder.OutputFormatting) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = formatting
        // Texts, numbers and lists of them can always be written.
        return (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? "null"
    }
}

extension JSONValue {
    static func id(_ number: Int64) -> JSONValue { integer(number) }

    /// Of 64 bits, which not every reader of JSON keeps: a text, as proto3 JSON has it.
    static func integer(_ number: Int64) -> JSONValue { .string("\(number)") }

    static func number(_ number: Int32) -> JSONValue { .number(Decimal(Int(number))) }

    static func time(_ date: Date) -> JSONValue { .string(TimeText.rfc3339(date)) }

    /// Fields without a value are left out, as proto3 JSON does with absent messages.
    static func fields(_ fields: [String: JSONValue?]) -> JSONValue { .object(fields.compactMapValues(\.self)) }
}
