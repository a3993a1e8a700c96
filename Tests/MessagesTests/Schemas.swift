internal import CAgentdProto
@testable internal import Messages
internal import Testing

/// A field of the schema files, as the tests need to know it.
struct SchemaField {
    enum Kind: Equatable {
        case signed, unsigned, bool, enumeration
        case text, bytes
        case message(MessageSchema)
    }

    let name: String
    let number: UInt32
    let kind: Kind
    let isRepeated: Bool
    let isInOneof: Bool
}

extension MessageSchema {
    /// Everything that is read from outside, found by itself when a method or a frame is added: the frames, and the
    /// requests and answers of all methods.
    static let roots: [MessageSchema] = {
        var roots = [ClientFrame.schema, ServerFrame.schema, StatusMessage.schema]
        for schema in MethodSchema.all.flatMap({ [$0.input, $0.output] }) where !roots.contains(schema) {
            roots.append(schema)
        }
        return roots
    }()

    /// The roots and all that they hold.
    static let everything: [MessageSchema] = {
        var everything = roots
        var next = 0
        while next < everything.count {
            for case .message(let nested) in everything[next].fields.map(\.kind) where !everything.contains(nested) {
                everything.append(nested)
            }
            next += 1
        }
        return everything
    }()

    var fields: [SchemaField] {
        UnsafeBufferPointer(start: descriptor.pointee.fields, count: Int(descriptor.pointee.n_fields)).map { field in
            SchemaField(
                name: String(cString: field.name), number: field.id, kind: Self.kind(of: field),
                isRepeated: field.label == PROTOBUF_C_LABEL_REPEATED,
                isInOneof: field.flags & PROTOBUF_C_FIELD_FLAG_ONEOF.rawValue != 0)
        }
    }

    private static func kind(of field: ProtobufCFieldDescriptor) -> SchemaField.Kind {
        switch field.type {
        case PROTOBUF_C_TYPE_INT32, PROTOBUF_C_TYPE_INT64: .signed
        case PROTOBUF_C_TYPE_UINT32, PROTOBUF_C_TYPE_UINT64: .unsigned
        case PROTOBUF_C_TYPE_BOOL: .bool
        case PROTOBUF_C_TYPE_ENUM: .enumeration
        case PROTOBUF_C_TYPE_STRING: .text
        case PROTOBUF_C_TYPE_BYTES: .bytes
        case PROTOBUF_C_TYPE_MESSAGE:
            .message(MessageSchema(field.descriptor.assumingMemoryBound(to: ProtobufCMessageDescriptor.self)))
        default: fatalError("The tests do not know fields of type \(field.type.rawValue) yet: teach them.")
        }
    }

    /// A message with a value in each field, the first of each oneof.
    var filled: [UInt8] {
        var bytes: [UInt8] = []
        var hasOneof = false
        for field in fields {
            if field.isInOneof {
                if hasOneof { continue }
                hasOneof = true
            }
            for _ in 0..<(field.isRepeated ? 3 : 1) { bytes += field.sample }
        }
        return bytes
    }
}

extension SchemaField {
    /// One value with its tag.
    var sample: [UInt8] {
        switch kind {
        case .signed, .unsigned: Wire.field(number, varint: 300)
        case .bool, .enumeration: Wire.field(number, varint: 1)
        case .text: Wire.field(number, Array("tëxt".utf8))
        case .bytes: Wire.field(number, [0, 1, 255])
        case .message(let schema): Wire.field(number, schema.filled)
        }
    }
}

extension MessageSchema: CustomTestStringConvertible {
    package var testDescription: String { name }
}
