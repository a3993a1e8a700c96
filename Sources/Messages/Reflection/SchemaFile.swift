internal import CAgentdProto
internal import CProtobufC

/// A schema file as this program was built with it.
package struct SchemaFile: Sendable, Equatable {
    /// As others import it, such as `agentd/v1/agents.proto`.
    package let name: String
    /// The names of the files that it imports.
    package let imports: [String]
    /// Where its serialized `google.protobuf.FileDescriptorProto` lies in the generated constant.
    private let position: Range<Int>

    init(name: String, imports: [String], position: Range<Int>) {
        self.name = name
        self.imports = imports
        self.position = position
    }

    /// Its serialized `google.protobuf.FileDescriptorProto`.
    package var bytes: [UInt8] { Array(Self.constant[position]) }

    /// The same in place, for messages that are only written.
    var constantBytes: ProtobufCBinaryData {
        // protobuf-c knows no constant bytes, but does not change what it packs.
        ProtobufCBinaryData(
            len: position.count, data: UnsafeMutablePointer(mutating: agentd_schema_files.data + position.lowerBound))
    }

    /// All schema files, as a serialized `google.protobuf.FileDescriptorSet`.
    static var constant: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: agentd_schema_files.data, count: agentd_schema_files.size)
    }
}
