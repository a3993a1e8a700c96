import AgentdCore
import Testing

@testable internal import GRPCListener

@Suite("Gzip") struct GzipTests {
    private func compressed(_ bytes: [UInt8]) throws -> [UInt8] {
        try #require(bytes.withUnsafeBytes { Gzip.compress($0) })
    }

    @Test("What was compressed comes out again", arguments: [0, 1, 1_000, 70_000, 1 << 20])
    func roundTrip(count: Int) throws {
        var random = FastRandomNumberGenerator(seed: 7)
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 / 3) ^ UInt8.random(in: 0...3, using: &random) }
        #expect(try Gzip.decompress(try compressed(bytes), limit: 1 << 20) == bytes)
    }

    @Test("A bomb is stopped at the limit") func bomb() throws {
        let bomb = try compressed([UInt8](repeating: 0, count: 8 << 20))
        #expect(bomb.count < 10_000)
        #expect(throws: Gzip.Problem.tooLong) { try Gzip.decompress(bomb, limit: 1 << 20) }
        #expect(throws: Gzip.Problem.tooLong) { try Gzip.decompress(bomb, limit: (8 << 20) - 1) }
        #expect(try Gzip.decompress(bomb, limit: 8 << 20).count == 8 << 20)
    }

    @Test("What is not gzip is refused: cut anywhere, followed by anything, changed anywhere") func broken() throws {
        let good = try compressed(Array("one message, and another message".utf8))
        for cut in 0..<good.count {
            #expect(throws: Gzip.Problem.notGzip) { try Gzip.decompress(Array(good[..<cut]), limit: 1_000) }
        }
        #expect(throws: Gzip.Problem.bytesBehindEnd) { try Gzip.decompress(good + [0], limit: 1_000) }
        #expect(throws: Gzip.Problem.bytesBehindEnd) { try Gzip.decompress(good + good, limit: 1_000) }
        #expect(throws: Gzip.Problem.notGzip) { try Gzip.decompress([1, 2, 3], limit: 1_000) }
        // Bytes 4 to 9 of the header say when and where it was made.
        for index in Array(0..<4) + Array(10..<good.count) {
            var changed = good
            changed[index] ^= 0xFF
            #expect((try? Gzip.decompress(changed, limit: 1_000)) == nil)
        }
    }

    @Test("What it will become is known before, and of what is not gzip nothing is") func announced() throws {
        for count in [0, 5, 70_000] {
            #expect(Gzip.announcedSize(try compressed([UInt8](repeating: 1, count: count))) == count)
        }
        #expect(Gzip.announcedSize([]) == nil)
        #expect(Gzip.announcedSize([UInt8](repeating: 0xFF, count: 30)) == nil)
    }
}
