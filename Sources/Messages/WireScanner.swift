internal import AgentdCore
internal import CAgentdProto
internal import CProtobufC
internal import Glibc

/// Looks a serialized message over before protobuf-c reads it, and refuses what protobuf-c would accept wrongly or pay
/// dearly for:
/// - text that is not UTF-8 or holds a NUL, where protobuf-c would cut it;
/// - nesting without end, which would overflow the stack;
/// - what takes many times its size in memory: unknown fields, empty messages, lists of tiny elements;
/// - one message field given twice, and two values of a `oneof`, which protobuf-c merges unlike every other reader;
/// - groups and other wire types than those of the schema, numbers over 64 bits, and what is cut short.
///
/// One pass over the bytes, no allocation unless something is wrong. What is wrong is named by its path.
struct WireScanner {
    /// Deeper than any message of the API, far less than a stack holds.
    static let maximumDepth = 32
    /// Fields of a message that can be remembered. No message of the schemas has more, and a test says so.
    static let maximumFields = 128

    struct Problem: Error {
        private(set) var path = ""
        let description: String

        init(_ description: String) { self.description = description }

        func inside(_ field: String) -> Problem {
            var problem = self
            problem.path = path.isEmpty ? field : "\(field).\(path)"
            return problem
        }
    }

    /// What is known of a message half-way through it.
    private struct Progress {
        var members = DecodingCost.Members()
        /// A bit for each field of the descriptor that was there.
        var seen: UInt128 = 0
        var hasUnknownFields = false
    }

    /// Bytes that decoding may still take.
    private(set) var remainingMemory: Int

    init(memory: Int) { remainingMemory = memory }

    mutating func scan(
        _ bytes: UnsafeRawBufferPointer, as descriptor: UnsafePointer<ProtobufCMessageDescriptor>, depth: Int = 0
    ) throws(Problem) {
        guard depth < Self.maximumDepth else { throw Problem("is nested too deeply") }
        try spend(DecodingCost.piece(descriptor.pointee.sizeof_message))
        var cursor = WireCursor(bytes)
        var progress = Progress()
        while !cursor.isAtEnd {
            guard let tag = cursor.tag() else { throw Problem("has a malformed tag") }
            try spend(progress.members.add())
            guard let field = protobuf_c_message_descriptor_get_field(descriptor, tag.number) else {
                do {
                    try skipUnknown(tag.wireType, &cursor, &progress)
                } catch {
                    throw error.inside("#\(tag.number)")
                }
                continue
            }
            do {
                try remember(field, of: descriptor, in: &progress)
                try scan(field, tag.wireType, &cursor, depth: depth)
            } catch {
                throw error.inside(String(cString: field.pointee.name))
            }
        }
    }

    /// A field from a newer schema: ignored, but protobuf-c keeps it.
    private mutating func skipUnknown(
        _ wireType: WireCursor.WireType, _ cursor: inout WireCursor, _ progress: inout Progress
    ) throws(Problem) {
        if wireType == .startGroup || wireType == .endGroup { throw Problem("is a group, which is not supported") }
        let start = cursor.position
        guard cursor.skip(wireType) else { throw Problem("is cut short or malformed") }
        if !progress.hasUnknownFields { try spend(DecodingCost.alignment) }
        progress.hasUnknownFields = true
        try spend(DecodingCost.unknownField(encodedBytes: cursor.position - start))
    }

    private mutating func remember(
        _ field: UnsafePointer<ProtobufCFieldDescriptor>, of descriptor: UnsafePointer<ProtobufCMessageDescriptor>,
        in progress: inout Progress
    ) throws(Problem) {
        let index = field - descriptor.pointee.fields
        precondition(index < Self.maximumFields, "A message has more fields than WireScanner remembers.")
        let bit = UInt128(1) << UInt128(index)
        defer { progress.seen |= bit }
        if field.pointee.label == PROTOBUF_C_LABEL_REPEATED {
            // The array is one piece of memory.
            if progress.seen & bit == 0 { try spend(DecodingCost.alignment) }
        } else if field.isInOneof {
            guard progress.seen & field.oneofMembers(of: descriptor) == 0 else {
                throw Problem("is a second value of its oneof")
            }
        } else if field.pointee.type == PROTOBUF_C_TYPE_MESSAGE, progress.seen & bit != 0 {
            throw Problem("is given twice")
        }
    }

    private mutating func scan(
        _ field: UnsafePointer<ProtobufCFieldDescriptor>, _ wireType: WireCursor.WireType, _ cursor: inout WireCursor,
        depth: Int
    ) throws(Problem) {
        let type = field.pointee.type
        let isRepeated = field.pointee.label == PROTOBUF_C_LABEL_REPEATED
        let expected = Self.wireType(of: type)
        guard wireType == .lengthDelimited else {
            guard wireType == expected else { throw Problem("has another wire type than in the schema") }
            guard cursor.skip(wireType) else { throw Problem("is cut short or malformed") }
            if isRepeated { try spend(DecodingCost.element(of: type)) }
            return
        }
        guard expected == .lengthDelimited || isRepeated else {
            throw Problem("has another wire type than in the schema")
        }
        guard let content = cursor.content() else { throw Problem("is cut short or malformed") }
        guard expected == .lengthDelimited else { return try scanPacked(content, of: type, each: expected) }
        if isRepeated { try spend(DecodingCost.element(of: type)) }
        switch type {
        case PROTOBUF_C_TYPE_MESSAGE:
            let nested = field.pointee.descriptor.assumingMemoryBound(to: ProtobufCMessageDescriptor.self)
            try scan(content, as: nested, depth: depth + 1)
        case PROTOBUF_C_TYPE_STRING:
            try spend(DecodingCost.text(content.count))
            try Self.check(text: content)
        default:
            try spend(DecodingCost.piece(content.count))
        }
    }

    private mutating func scanPacked(
        _ content: UnsafeRawBufferPointer, of type: ProtobufCType, each wireType: WireCursor.WireType
    ) throws(Problem) {
        var cursor = WireCursor(content)
        while !cursor.isAtEnd {
            guard cursor.skip(wireType) else { throw Problem("is cut short or malformed") }
            try spend(DecodingCost.element(of: type))
        }
    }

    private mutating func spend(_ bytes: Int) throws(Problem) {
        remainingMemory -= bytes
        if remainingMemory < 0 { throw Problem("takes too much memory to read") }
    }

    private static func wireType(of type: ProtobufCType) -> WireCursor.WireType {
        switch type {
        case PROTOBUF_C_TYPE_STRING, PROTOBUF_C_TYPE_BYTES, PROTOBUF_C_TYPE_MESSAGE: .lengthDelimited
        case PROTOBUF_C_TYPE_FIXED64, PROTOBUF_C_TYPE_SFIXED64, PROTOBUF_C_TYPE_DOUBLE: .fixed64
        case PROTOBUF_C_TYPE_FIXED32, PROTOBUF_C_TYPE_SFIXED32, PROTOBUF_C_TYPE_FLOAT: .fixed32
        default: .varint
        }
    }

    private static func check(text bytes: UnsafeRawBufferPointer) throws(Problem) {
        guard let start = bytes.baseAddress, bytes.count > 0 else { return }
        if memchr(start, 0, bytes.count) != nil { throw Problem("holds a NUL") }
        do {
            _ = try UTF8Span(validating: bytes.assumingMemoryBound(to: UInt8.self).span)
        } catch {
            throw Problem("is not valid UTF-8")
        }
    }
}

extension UnsafePointer<ProtobufCFieldDescriptor> {
    fileprivate var isInOneof: Bool { pointee.flags & PROTOBUF_C_FIELD_FLAG_ONEOF.rawValue != 0 }

    /// A bit for each field of its oneof, itself among them.
    fileprivate func oneofMembers(of descriptor: UnsafePointer<ProtobufCMessageDescriptor>) -> UInt128 {
        let fields = UnsafeBufferPointer(start: descriptor.pointee.fields, count: Int(descriptor.pointee.n_fields))
        return fields.indices.reduce(0) { members, index in
            guard fields[index].flags & PROTOBUF_C_FIELD_FLAG_ONEOF.rawValue != 0,
                fields[index].quantifier_offset == pointee.quantifier_offset
            else { return members }
            return members | UInt128(1) << UInt128(index)
        }
    }
}
