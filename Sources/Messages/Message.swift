package import AgentdCore
internal import CAgentdProto
internal import CProtobufC

/// Which message of the schema files a type stands for.
///
/// Unchecked: generated descriptors are constants of the program.
package struct MessageSchema: @unchecked Sendable, Equatable {
    let descriptor: UnsafePointer<ProtobufCMessageDescriptor>

    init(_ descriptor: UnsafePointer<ProtobufCMessageDescriptor>) { self.descriptor = descriptor }

    /// Of a generated C struct, from its own initialiser: that is where protobuf-c keeps the descriptor's address.
    init<C>(of initialize: (UnsafeMutablePointer<C>?) -> Void) {
        let message = UnsafeMutablePointer<C>.allocate(capacity: 1)
        defer { message.deallocate() }
        initialize(message)
        let base = UnsafeRawPointer(message).assumingMemoryBound(to: ProtobufCMessage.self)
        descriptor = base.pointee.descriptor
    }

    /// The full name, such as `agentd.v1.Agent`.
    package var name: String { String(cString: descriptor.pointee.name) }
}

/// A C struct that has been read and checked, or built, and lives in an arena. Only this module looks inside.
package struct MessageView {
    let pointer: UnsafeRawPointer

    init(pointer: UnsafeRawPointer) { self.pointer = pointer }

    init<C>(pointer: UnsafeMutablePointer<C>) { self.pointer = UnsafeRawPointer(pointer) }

    func of<C>(_ type: C.Type) -> UnsafePointer<C> { pointer.assumingMemoryBound(to: type) }
}

/// Writes Swift values into the C structs of an answer; only this module looks inside.
package struct MessageWriter {
    let builder: MessageBuilder

    init(arena: Arena) { builder = MessageBuilder(arena: arena) }
}

/// A Swift value that can be read from a checked message.
package protocol DecodableMessage: Sendable {
    static var schema: MessageSchema { get }
    init(_ view: MessageView) throws(ServiceError)
}

/// A Swift value that can be written as a message; one that lends something, only while that is there.
package protocol EncodableMessage {
    static var schema: MessageSchema { get }
    func write(_ writer: MessageWriter) -> MessageView
}

package typealias Message = DecodableMessage & EncodableMessage

/// What an arena of its own may hold for each byte of a message: a list of small messages with more fields than this
/// version knows fits.
private let ownArenaFactor = 32
/// What it may hold besides.
private let ownArenaBytes = 4_096

extension DecodableMessage {
    /// Checks and reads a serialized message.
    /// - Parameter arena: Where the C structs live while they are read; its capacity bounds their memory.
    /// - Throws: `MESSAGE_INVALID` with the path of the field that is wrong.
    package init(decoding bytes: UnsafeRawBufferPointer, arena: Arena, memory: Int) throws(ServiceError) {
        try self.init(CheckedDecoder.decode(bytes, schema: Self.schema, arena: arena, memory: memory))
    }

    /// The same from an array, with an arena of its own: for the client and for tests.
    package init(decoding bytes: [UInt8]) throws(ServiceError) {
        let memory = bytes.count * ownArenaFactor + ownArenaBytes
        let arena = Arena(capacity: memory)
        let result: Result<Self, ServiceError> = bytes.withUnsafeBytes { buffer in
            Result { () throws(ServiceError) in try Self(decoding: buffer, arena: arena, memory: memory) }
        }
        self = try result.get()
    }
}

extension EncodableMessage {
    /// The serialized message.
    package func encoded() -> [UInt8] {
        let arena = Arena(capacity: 0)
        return EncodedMessage(self, arena: arena).bytes
    }
}
