internal import Glibc
import Testing

@testable internal import Operations

@Suite("Unused memory", .serialized)
struct UnusedMemoryTests {
    /// Small enough for malloc to keep the pages when they are freed.
    private static let pieceBytes = 4_096
    private static let pieces = 50_000

    /// Pages of this process that are in memory, in bytes.
    private static func residentBytes() throws -> Int {
        let file = try #require(fopen("/proc/self/statm", "r"))
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        try #require(fgets(&line, Int32(line.count), file) != nil)
        let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return try #require(Int(text.split(separator: " ")[1])) * Int(sysconf(Int32(_SC_PAGESIZE)))
    }

    @Test("What a peak has left behind is given back at the second look, and little is kept")
    func peak() throws {
        var memory = UnusedMemory()
        let pieces = try (0..<Self.pieces).map { _ in
            let piece = try #require(malloc(Self.pieceBytes))
            memset(piece, 1, Self.pieceBytes)
            return piece
        }
        // Above all others, so that nothing can be given back from the end of the heap.
        let last = malloc(Self.pieceBytes)
        defer { free(last) }
        for piece in pieces { free(piece) }
        let before = try Self.residentBytes()
        let looks = [memory.look(), memory.look()]
        #expect(looks == [false, true])
        let after = try Self.residentBytes()
        #expect(before - after > 100 << 20, "\(before) bytes, then \(after)")
    }
}
