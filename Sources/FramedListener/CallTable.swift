/// What is kept of a connection's calls, by their numbers. As a dictionary, but a look-up costs a few instructions: it
/// happens several times for every call.
///
/// Open addressing with linear probing, at most half full. A client that chooses its numbers so that they collide makes
/// its own calls slower, by as many steps as it has calls in flight: those are bounded.
struct CallTable<Value> {
    /// No call has this number.
    private static var free: UInt64 { 0 }
    private static var leastSlots: Int { 8 }
    /// An empty table gives back more than this: it was a peak.
    private static var keptSlots: Int { 128 }

    /// The number in each slot.
    private var numbers: [UInt64] = []
    private var values: [Value?] = []
    private(set) var count = 0
    /// What is left of 64 bits beside those that number the slots.
    private var shift: UInt64 = 0

    var isEmpty: Bool { count == 0 }

    /// - Parameter number: Not 0.
    subscript(number: UInt64) -> Value? {
        slot(of: number).flatMap { values[$0] }
    }

    /// Keeps what was not kept before.
    /// - Parameter number: Not 0, and not in the table.
    mutating func insert(_ value: Value, for number: UInt64) {
        precondition(number != Self.free, "No call has the number 0.")
        if (count + 1) * 2 > numbers.count { resize(to: max(Self.leastSlots, numbers.count * 2)) }
        place(value, number)
        count += 1
    }

    mutating func removeValue(for number: UInt64) -> Value? {
        guard var gap = slot(of: number) else { return nil }
        let value = values[gap]
        count -= 1
        guard count > 0 || numbers.count <= Self.keptSlots else {
            removeAll()
            return value
        }
        // What follows without a break moves up, or it would not be found any more.
        let mask = numbers.count - 1
        var next = (gap + 1) & mask
        while numbers[next] != Self.free {
            if (next &- home(of: numbers[next])) & mask >= (next &- gap) & mask {
                numbers[gap] = numbers[next]
                values[gap] = values[next]
                gap = next
            }
            next = (next + 1) & mask
        }
        numbers[gap] = Self.free
        values[gap] = nil
        return value
    }

    mutating func removeAll() { self = CallTable() }

    /// In no order.
    var all: [Value] { values.compactMap { $0 } }

    /// Those of which something is true, in their order.
    func numbers(where isTrue: (Value) -> Bool) -> [UInt64] {
        numbers.indices.compactMap { slot in values[slot].flatMap { isTrue($0) ? numbers[slot] : nil } }.sorted()
    }
}

extension CallTable {
    /// Where it would be if nothing else were there. The highest bits of the product depend on all bits of the number
    /// (Knuth, The Art of Computer Programming 3, 6.4: multiplicative hashing).
    private func home(of number: UInt64) -> Int {
        Int(truncatingIfNeeded: (number &* 0x9E37_79B9_7F4A_7C15) &>> shift)
    }

    private func slot(of number: UInt64) -> Int? {
        guard count > 0 else { return nil }
        let mask = numbers.count - 1
        var slot = home(of: number)
        while numbers[slot] != number {
            if numbers[slot] == Self.free { return nil }
            slot = (slot + 1) & mask
        }
        return number == Self.free ? nil : slot
    }

    private mutating func place(_ value: Value, _ number: UInt64) {
        let mask = numbers.count - 1
        var slot = home(of: number)
        while numbers[slot] != Self.free { slot = (slot + 1) & mask }
        numbers[slot] = number
        values[slot] = value
    }

    /// - Parameter slots: A power of two.
    private mutating func resize(to slots: Int) {
        let (oldNumbers, oldValues) = (numbers, values)
        numbers = Array(repeating: Self.free, count: slots)
        values = Array(repeating: nil, count: slots)
        shift = UInt64(64 - slots.trailingZeroBitCount)
        for slot in oldNumbers.indices {
            if let value = oldValues[slot] { place(value, oldNumbers[slot]) }
        }
    }
}
