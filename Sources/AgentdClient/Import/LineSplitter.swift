/// Cuts a stream of bytes into lines, holding one line at a time. A line that is too long is passed over, not kept.
package struct LineSplitter: ~Copyable {
    /// Longer than any agent that the daemon takes: a prompt of 262,144 bytes, each of them escaped with six
    /// characters, with a description and a configuration of the largest size.
    package static let maximumLineBytes = 4 << 20

    package enum Line: Equatable, Sendable {
        /// Without its end, which may be `\n` or `\r\n`. Numbers begin with 1.
        case line(number: Int, bytes: [UInt8])
        case tooLong(number: Int)
    }

    private let maximumLineBytes: Int
    private var buffer: [UInt8] = []
    /// Before it there is nothing that was not given out.
    private var start = 0
    /// Before it there is no end of a line.
    private var searched = 0
    private var isPassingOver = false
    private var number = 0

    package init(maximumLineBytes: Int = LineSplitter.maximumLineBytes) { self.maximumLineBytes = maximumLineBytes }

    package mutating func append(_ bytes: some Sequence<UInt8>) {
        if start > 0 {
            buffer.removeSubrange(0..<start)
            searched -= start
            start = 0
        }
        buffer.append(contentsOf: bytes)
    }

    /// The next complete line, nil when there is none yet.
    package mutating func next() -> Line? {
        guard let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) else {
            searched = buffer.count
            if searched - start > maximumLineBytes {
                isPassingOver = true
                start = searched
            }
            return nil
        }
        defer {
            start = end + 1
            searched = start
        }
        return cut(end)
    }

    /// The last line, which need not be ended; nil when there is none.
    package mutating func finish() -> Line? {
        guard start < buffer.count || isPassingOver else { return nil }
        defer { start = buffer.count }
        return cut(buffer.count)
    }

    private mutating func cut(_ end: Int) -> Line {
        number += 1
        defer { isPassingOver = false }
        if isPassingOver || end - start > maximumLineBytes { return .tooLong(number: number) }
        var line = buffer[start..<end]
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        if number == 1, line.starts(with: [0xEF, 0xBB, 0xBF]) { line.removeFirst(3) }
        return .line(number: number, bytes: Array(line))
    }
}
