internal import CAgentdProto
internal import CProtobufC

/// What protobuf-c 1.4 allocates to read a message, in bytes of an arena.
enum DecodingCost {
    /// Pieces of an arena are multiples of this.
    static let alignment = 16
    /// An entry of the array of unknown fields: number, wire type, length and pointer.
    private static let unknownFieldBytes = 24

    /// One piece of memory.
    static func piece(_ bytes: Int) -> Int { (bytes + alignment - 1) & ~(alignment - 1) }

    static func text(_ count: Int) -> Int { piece(count + 1) }

    /// - Parameter encodedBytes: With the prefix that tells its length, without its tag.
    static func unknownField(encodedBytes: Int) -> Int { unknownFieldBytes + piece(encodedBytes) }

    /// An element of the array of a repeated field.
    static func element(of type: ProtobufCType) -> Int {
        switch type {
        case PROTOBUF_C_TYPE_INT32, PROTOBUF_C_TYPE_SINT32, PROTOBUF_C_TYPE_SFIXED32, PROTOBUF_C_TYPE_UINT32,
            PROTOBUF_C_TYPE_FIXED32, PROTOBUF_C_TYPE_FLOAT, PROTOBUF_C_TYPE_ENUM, PROTOBUF_C_TYPE_BOOL:
            4
        case PROTOBUF_C_TYPE_BYTES: 16
        default: 8
        }
    }

    /// The list of a message's members that is made before they are read: 16 of them lie on the stack, then come pieces
    /// for 32, 64, 128 and so on.
    struct Members {
        private static let memberBytes = 32

        private var pieceMembers = 16
        private var free = 16

        /// Bytes that one more member costs.
        mutating func add() -> Int {
            free -= 1
            if free >= 0 { return 0 }
            pieceMembers *= 2
            free = pieceMembers - 1
            return pieceMembers * Self.memberBytes
        }
    }
}
