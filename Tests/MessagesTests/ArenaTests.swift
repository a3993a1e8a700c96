@testable internal import Messages
internal import Testing

@Suite("Arena")
struct ArenaTests {
    @Test("Pieces are aligned, apart from each other, and as long as asked for")
    func pieces() {
        let arena = Arena(capacity: 0)
        var pieces: [UnsafeMutableRawBufferPointer] = []
        for count in [1, 15, 16, 17, 100, 8_192, 1, 70_000, 3, 3_000_000, 5] {
            let piece = UnsafeMutableRawBufferPointer(start: arena.allocate(count), count: count)
            #expect(Int(bitPattern: piece.baseAddress) % 16 == 0)
            piece.initializeMemory(as: UInt8.self, repeating: UInt8(truncatingIfNeeded: pieces.count))
            pieces.append(piece)
        }
        for (index, piece) in pieces.enumerated() {
            #expect(piece.allSatisfy { $0 == UInt8(truncatingIfNeeded: index) })
        }
    }

    @Test("After a reset it holds little, whatever it held before, and may be used again")
    func reset() {
        let arena = Arena(capacity: 100_000)
        let before = arena.heldBytes
        for _ in 0..<3 {
            for _ in 0..<100 { _ = arena.allocate(50_000) }
            #expect(arena.heldBytes >= 5_000_000)
            arena.reset()
            #expect(arena.heldBytes == before)
        }
    }

    @Test("Chunks waste no more than what they hold", arguments: [1, 100, 5_000, 600_000, 1_100_000])
    func waste(count: Int) {
        let arena = Arena(capacity: 0)
        var given = 0
        while given < 8 << 20 {
            _ = arena.allocate(count)
            _ = arena.allocate(1)
            given += count + 1
        }
        #expect(arena.heldBytes <= 2 * (DecodingCost.piece(count) + 16) * (given / (count + 1)) + 1 << 21)
    }
}
