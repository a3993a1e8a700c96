internal import AgentdClient
internal import Testing

@Suite("LineSplitter")
struct LineSplitterTests {
    private static func lines(_ pieces: [[UInt8]], maximum: Int = 100) -> [LineSplitter.Line] {
        var splitter = LineSplitter(maximumLineBytes: maximum)
        var lines: [LineSplitter.Line] = []
        for piece in pieces {
            splitter.append(piece)
            while let line = splitter.next() { lines.append(line) }
        }
        if let last = splitter.finish() { lines.append(last) }
        return lines
    }

    private static func line(_ number: Int, _ text: String) -> LineSplitter.Line {
        .line(number: number, bytes: Array(text.utf8))
    }

    @Test("A text is the same lines wherever it is cut")
    func everySplit() {
        let text = Array("\u{FEFF}one\r\n\ntwo – three\nfour".utf8)
        let expected = [Self.line(1, "one"), Self.line(2, ""), Self.line(3, "two – three"), Self.line(4, "four")]
        for split in text.indices {
            #expect(Self.lines([Array(text[..<split]), Array(text[split...])]) == expected)
        }
        #expect(Self.lines(text.map { [$0] }) == expected)
    }

    @Test("A last line that is ended is not followed by another")
    func ended() {
        #expect(Self.lines([Array("one\n".utf8)]) == [Self.line(1, "one")])
        #expect(Self.lines([]) == [])
    }

    @Test("A line that is too long is passed over and counted, wherever it is cut")
    func tooLong() {
        let text = Array("12345\n123456\n1\n1234567890".utf8)
        let expected = [Self.line(1, "12345"), .tooLong(number: 2), Self.line(3, "1"), .tooLong(number: 4)]
        for split in text.indices {
            #expect(Self.lines([Array(text[..<split]), Array(text[split...])], maximum: 5) == expected)
        }
        #expect(Self.lines(text.map { [$0] }, maximum: 5) == expected)
    }
}
