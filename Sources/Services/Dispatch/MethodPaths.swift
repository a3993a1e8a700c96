/// Finds methods by the bytes of their path, without making a string of it. Filled once, with the paths of the schema
/// files; what is looked up may be any bytes.
package struct MethodPaths: Sendable {
    /// A slot is free or holds the place of a method; open addressing with linear probing.
    private var slots: [Int32]
    private(set) var methods: [CallMethod] = []

    private static let free: Int32 = -1

    /// - Parameter methods: With different paths; a later one of the same path is never found.
    package init(_ methods: [CallMethod]) {
        // At most half full, so that a look-up ends soon.
        var count = 16
        while count < methods.count * 2 { count *= 2 }
        slots = Array(repeating: Self.free, count: count)
        for method in methods { add(method) }
    }

    private mutating func add(_ method: CallMethod) {
        var slot = method.path.utf8.withContiguousStorageIfAvailable { Self.hash(UnsafeRawBufferPointer($0)) } ?? 0
        slot &= slots.count - 1
        while slots[slot] != Self.free { slot = (slot + 1) & (slots.count - 1) }
        slots[slot] = Int32(methods.count)
        methods.append(method)
    }

    package subscript(_ path: UnsafeRawBufferPointer) -> CallMethod? {
        var slot = Self.hash(path) & (slots.count - 1)
        while slots[slot] != Self.free {
            let method = methods[Int(slots[slot])]
            if method.hasPath(path) { return method }
            slot = (slot + 1) & (slots.count - 1)
        }
        return nil
    }

    package subscript(_ path: String) -> CallMethod? {
        var path = path
        return path.withUTF8 { self[UnsafeRawBufferPointer($0)] }
    }

    /// Of the length and the last bytes: methods differ in their names, which come last. Whoever makes up paths to
    /// collide gains nothing, since what is looked up is never added.
    private static func hash(_ path: UnsafeRawBufferPointer) -> Int {
        var hash = UInt64(path.count)
        for byte in path.suffix(16) { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        return Int(truncatingIfNeeded: hash >> 20 ^ hash)
    }
}
