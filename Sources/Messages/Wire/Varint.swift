/// Writes numbers as protobuf does: seven bits a byte, the lowest first.
enum Varint {
    static func size(_ value: UInt64) -> Int { max(1, (70 - value.leadingZeroBitCount) / 7) }

    /// - Parameter memory: Of at least `size` bytes.
    /// - Returns: What is behind it.
    static func write(_ value: UInt64, to memory: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
        var memory = memory
        var rest = value
        while rest >= 0x80 {
            memory.storeBytes(of: UInt8(truncatingIfNeeded: rest) | 0x80, as: UInt8.self)
            memory += 1
            rest >>= 7
        }
        memory.storeBytes(of: UInt8(rest), as: UInt8.self)
        return memory + 1
    }
}
