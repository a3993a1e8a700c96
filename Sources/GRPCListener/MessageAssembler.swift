/// Puts the length-prefixed messages of one stream together from pieces of any size.
struct MessageAssembler {
    struct Message: Equatable {
        let isCompressed: Bool
        let bytes: [UInt8]
    }

    enum Problem: Error, Equatable {
        case unknownFlags
        /// Its prefix says so, before it comes.
        case tooLong(Int)
    }

    private static let prefixBytes = 5

    private let maximumBytes: Int
    private var prefix: [UInt8] = []
    private var message: [UInt8] = []
    /// Bytes of the message that are still to come; nil while its prefix is not complete.
    private var missing: Int?

    init(maximumBytes: Int) { self.maximumBytes = maximumBytes }

    /// Whether nothing of a message has come that is not complete.
    var isEmpty: Bool { prefix.isEmpty }
    /// Bytes of the message that is not complete.
    var bufferedBytes: Int { message.count }
    /// The message that is not complete, as its prefix announces it; nil before that has come.
    var announced: (bytes: Int, isCompressed: Bool)? { missing.map { ($0 + message.count, prefix[0] == 1) } }

    /// - Returns: The first message that is complete, if there is one; the pieces behind it are left in `bytes`.
    mutating func take(from bytes: inout UnsafeRawBufferPointer) throws(Problem) -> Message? {
        if prefix.isEmpty, let message = Self.whole(from: &bytes, maximumBytes) { return message }
        if missing == nil {
            let taken = min(Self.prefixBytes - prefix.count, bytes.count)
            prefix.append(contentsOf: bytes[..<taken])
            bytes = UnsafeRawBufferPointer(rebasing: bytes[taken...])
            guard prefix.count == Self.prefixBytes else { return nil }
            guard prefix[0] <= 1 else { throw .unknownFlags }
            let length = prefix[1...].reduce(0) { $0 << 8 | Int($1) }
            guard length <= maximumBytes else { throw .tooLong(length) }
            missing = length
        }
        guard let missing else { return nil }
        let taken = min(missing, bytes.count)
        message.append(contentsOf: bytes[..<taken])
        bytes = UnsafeRawBufferPointer(rebasing: bytes[taken...])
        self.missing = missing - taken
        guard taken == missing else { return nil }
        defer {
            self.missing = nil
            prefix.removeAll(keepingCapacity: true)
            message = []
        }
        return Message(isCompressed: prefix[0] == 1, bytes: message)
    }

    /// A message that came in one piece, as most do: nothing of it is kept meanwhile. Nil when it did not, or cannot be
    /// one.
    private static func whole(from bytes: inout UnsafeRawBufferPointer, _ maximumBytes: Int) -> Message? {
        guard bytes.count >= prefixBytes, bytes[0] <= 1 else { return nil }
        let length = Int(UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 1, as: UInt32.self)))
        let end = prefixBytes + length
        guard length <= maximumBytes, end <= bytes.count else { return nil }
        let message = Message(isCompressed: bytes[0] == 1, bytes: Array(bytes[prefixBytes..<end]))
        bytes = UnsafeRawBufferPointer(rebasing: bytes[end...])
        return message
    }
}
