internal import Testing

@testable internal import FramedListener

@Suite("CallTable")
struct CallTableTests {
    @Test("It holds what a dictionary would, whatever comes and goes", arguments: [1, 0x1_0000_0001, 1 << 40])
    func likeDictionary(stride: UInt64) {
        var table = CallTable<Int>()
        var expected: [UInt64: Int] = [:]
        var random = SystemRandomNumberGenerator()
        for step in 0..<20_000 {
            let number = UInt64.random(in: 1...300, using: &random) &* stride
            // It grows for a while, and shrinks for a while.
            if expected[number] == nil, Int.random(in: 0..<10, using: &random) < (step / 2_000 % 2 == 0 ? 8 : 3) {
                table.insert(step, for: number)
                expected[number] = step
            } else {
                let removed = table.removeValue(for: number)
                #expect(removed == expected.removeValue(forKey: number))
            }
            #expect(table.count == expected.count)
            #expect(table[number] == expected[number])
        }
        for (number, value) in expected { #expect(table[number] == value) }
        #expect(table.all.sorted() == expected.values.sorted())
        let even = expected.filter { $0.value.isMultiple(of: 2) }.keys.sorted()
        #expect(table.numbers { $0.isMultiple(of: 2) } == even)
    }

    @Test("Numbers that are made to collide are all found")
    func collisions() {
        // The inverse of the multiplier makes products whose highest bits are alike.
        let inverse: UInt64 = (0..<6).reduce(1) { value, _ in value &* (2 &- 0x9E37_79B9_7F4A_7C15 &* value) }
        let numbers = (1...200).map { UInt64($0) &* inverse }
        var table = CallTable<UInt64>()
        for number in numbers { table.insert(number, for: number) }
        for number in numbers.shuffled() {
            let removed = table.removeValue(for: number)
            #expect(removed == number)
            #expect(table[number] == nil)
        }
        #expect(table.isEmpty)
    }

    @Test("There is no call 0")
    func zero() {
        var table = CallTable<Int>()
        #expect(table[0] == nil)
        table.insert(1, for: 1)
        #expect(table[0] == nil)
        let removed = table.removeValue(for: 0)
        #expect(removed == nil)
    }
}
