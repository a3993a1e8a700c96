import Testing

@testable internal import GRPCListener

@Suite("Message assembler") struct MessageAssemblerTests {
    private static func prefixed(_ message: [UInt8], flag: UInt8 = 0) -> [UInt8] {
        [flag, 0, 0, UInt8(message.count >> 8), UInt8(message.count & 0xFF)] + message
    }

    private static let messages: [[UInt8]] = [[], [1], [UInt8](repeating: 9, count: 600)]
    private static let input = messages.flatMap { prefixed($0) }

    private func all(
        _ assembler: inout MessageAssembler, _ bytes: [UInt8]
    ) throws -> [MessageAssembler.Message] {
        try bytes.withUnsafeBytes { buffer in
            var rest = buffer
            var found: [MessageAssembler.Message] = []
            while let message = try assembler.take(from: &rest) { found.append(message) }
            return found
        }
    }

    @Test("Messages come out wherever the input is cut in two") func everySplit() throws {
        for cut in 0...Self.input.count {
            var assembler = MessageAssembler(maximumBytes: 1_000)
            let first = try all(&assembler, Array(Self.input[..<cut]))
            let found = try first + all(&assembler, Array(Self.input[cut...]))
            #expect(found.map(\.bytes) == Self.messages)
            #expect(assembler.isEmpty)
        }
    }

    @Test("A message that is too long is refused by its prefix") func tooLong() throws {
        var assembler = MessageAssembler(maximumBytes: 10)
        #expect(throws: MessageAssembler.Problem.tooLong(11)) { try all(&assembler, [0, 0, 0, 0, 11]) }
    }

    @Test("The largest length there is does no harm") func largest() {
        var assembler = MessageAssembler(maximumBytes: 10)
        #expect(throws: MessageAssembler.Problem.tooLong(0xFFFF_FFFF)) {
            try all(&assembler, [0, 0xFF, 0xFF, 0xFF, 0xFF])
        }
    }

    @Test("A first byte other than 0 and 1 is refused", arguments: [2, 0x80, 0xFF] as [UInt8])
    func flags(flag: UInt8) {
        var assembler = MessageAssembler(maximumBytes: 10)
        #expect(throws: MessageAssembler.Problem.unknownFlags) { try all(&assembler, [flag, 0, 0, 0, 0]) }
    }

    @Test("What a message will take is known from its prefix on") func announced() throws {
        var assembler = MessageAssembler(maximumBytes: 1_000)
        #expect(try all(&assembler, [1, 0, 0, 1]).isEmpty)
        #expect(assembler.announced == nil)
        #expect(!assembler.isEmpty)
        #expect(try all(&assembler, [0, 5, 5]).isEmpty)
        #expect(assembler.announced?.bytes == 256)
        #expect(assembler.announced?.isCompressed == true)
        let message = try #require(try all(&assembler, [UInt8](repeating: 5, count: 254)).first)
        #expect(message == MessageAssembler.Message(isCompressed: true, bytes: [UInt8](repeating: 5, count: 256)))
        #expect(assembler.announced == nil)
    }
}
