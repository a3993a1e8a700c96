internal import AgentdCore
@testable internal import Messages

/// Messages made by chance from their schema.
enum RandomMessage {
    /// A message that every reader takes.
    static func valid(_ schema: MessageSchema, using generator: inout FastRandomNumberGenerator) -> [UInt8] {
        if schema.name == "google.protobuf.Timestamp" { return time(using: &generator) }
        var parts: [[UInt8]] = []
        var oneof = schema.fields.filter(\.isInOneof).randomElement(using: &generator)?.number
        for field in schema.fields {
            if field.isInOneof {
                guard field.number == oneof else { continue }
                oneof = nil
            }
            let count =
                field.isRepeated ? Int.random(in: 0...20, using: &generator) : Int.random(in: 0...1, using: &generator)
            for _ in 0..<count { parts.append(value(of: field, using: &generator)) }
        }
        for _ in 0..<Int.random(in: 0...2, using: &generator) {
            parts.append(unknown(using: &generator))
        }
        // Fields may come in any order; elements of one list keep theirs.
        if Bool.random(using: &generator) { parts.shuffle(using: &generator) }
        return parts.flatMap(\.self)
    }

    /// A message that is likely wrong somewhere.
    static func damaged(_ schema: MessageSchema, using generator: inout FastRandomNumberGenerator) -> [UInt8] {
        var bytes = valid(schema, using: &generator)
        for _ in 0..<Int.random(in: 1...3, using: &generator) {
            switch Int.random(in: 0...5, using: &generator) {
            case 0:
                if let index = bytes.indices.randomElement(using: &generator) {
                    bytes[index] = UInt8.random(in: 0...255, using: &generator)
                }
            case 1:
                bytes.insert(
                    UInt8.random(in: 0...255, using: &generator), at: Int.random(in: 0...bytes.count, using: &generator)
                )
            case 2:
                bytes.removeLast(Int.random(in: 0...min(bytes.count, 4), using: &generator))
            case 3:
                if let field = schema.fields.randomElement(using: &generator) {
                    bytes += Wire.value(field.number, wireType: UInt8.random(in: 0...7, using: &generator))
                }
            case 4:
                bytes += valid(schema, using: &generator)
            default:
                if let field = schema.fields.randomElement(using: &generator) {
                    let number = UInt64.random(in: 0...(.max), using: &generator)
                    bytes += Wire.tag(field.number, wireType: 0)
                    bytes += Wire.varint(number >> UInt64.random(in: 0...63, using: &generator), bytes: 10)
                }
            }
        }
        return bytes
    }

    private static func value(of field: SchemaField, using generator: inout FastRandomNumberGenerator) -> [UInt8] {
        switch field.kind {
        case .signed, .unsigned:
            let count = field.isRepeated ? Int.random(in: 0...5, using: &generator) : 1
            let numbers = (0..<count).map { _ in Wire.varint(number(using: &generator)) }
            return field.isRepeated
                ? Wire.field(field.number, numbers.flatMap(\.self)) : Wire.tag(field.number, wireType: 0) + numbers[0]
        case .bool: return Wire.field(field.number, varint: UInt64.random(in: 0...2, using: &generator))
        case .enumeration: return Wire.field(field.number, varint: number(using: &generator))
        case .text: return Wire.field(field.number, text(using: &generator))
        case .bytes: return Wire.field(field.number, bytes(using: &generator))
        case .message(let schema): return Wire.field(field.number, valid(schema, using: &generator))
        }
    }

    /// Within the calendar, in whole microseconds.
    private static func time(using generator: inout FastRandomNumberGenerator) -> [UInt8] {
        let seconds = Int64.random(in: -62_135_596_800...253_402_300_799, using: &generator)
        return Wire.field(1, varint: UInt64(bitPattern: seconds))
            + Wire.field(2, varint: UInt64.random(in: 0..<1_000_000, using: &generator) * 1_000)
    }

    private static func unknown(using generator: inout FastRandomNumberGenerator) -> [UInt8] {
        let number = UInt32.random(in: 1_000...536_870_911, using: &generator)
        return [0, 1, 2, 5].randomElement(using: &generator).map { Wire.value(number, wireType: $0) } ?? []
    }

    /// Of any size with the same likelihood, or a negative number.
    private static func number(using generator: inout FastRandomNumberGenerator) -> UInt64 {
        let number = UInt64.random(in: 0...(.max), using: &generator) >> UInt64.random(in: 0...63, using: &generator)
        return Bool.random(using: &generator) ? number : 0 &- number
    }

    private static func bytes(using generator: inout FastRandomNumberGenerator) -> [UInt8] {
        (0..<Int.random(in: 0...40, using: &generator)).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }

    private static func text(using generator: inout FastRandomNumberGenerator) -> String {
        let alphabet: [Character] = ["a", "Z", "é", "漢", "👩‍🚀", "\n", "\u{FFFD}", "\"", "\u{10FFFF}"]
        return String(
            (0..<Int.random(in: 0...20, using: &generator)).compactMap { _ in alphabet.randomElement(using: &generator)
            })
    }
}
