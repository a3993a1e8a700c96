/// Shares out, among the streams of a connection, the memory for messages that are longer than a stream's window. A
/// stream gets room for its whole message or waits: with less, streams could keep each other from ever being complete.
/// It keeps it until its call has ended.
struct ReceiveBudget {
    private var free: Int
    private var granted: [Int32: Int] = [:]
    private var waiting: [(stream: Int32, bytes: Int)] = []

    /// - Parameter bytes: For all streams together; at least the longest message.
    init(bytes: Int) { free = bytes }

    /// - Returns: The streams that may send now, perhaps this one.
    mutating func request(_ bytes: Int, for stream: Int32) -> [(stream: Int32, bytes: Int)] {
        guard granted[stream] == nil, !waiting.contains(where: { $0.stream == stream }) else { return [] }
        waiting.append((stream, bytes))
        return grant()
    }

    func hasRoom(_ stream: Int32) -> Bool { granted[stream] != nil }

    /// Those that have room, and how much.
    var all: [(stream: Int32, bytes: Int)] { granted.map { ($0.key, $0.value) } }

    /// The call of the stream has ended, or its message will never be complete.
    /// - Returns: The streams that may send now.
    mutating func release(_ stream: Int32) -> [(stream: Int32, bytes: Int)] {
        // Mostly no stream has room: to see that costs less than to look for this one.
        if !granted.isEmpty, let bytes = granted.removeValue(forKey: stream) {
            free += bytes
        } else if !waiting.isEmpty {
            waiting.removeAll { $0.stream == stream }
        }
        return waiting.isEmpty ? [] : grant()
    }

    /// In the order of their requests, so that a long message is not overtaken for ever.
    private mutating func grant() -> [(stream: Int32, bytes: Int)] {
        var now: [(stream: Int32, bytes: Int)] = []
        while let first = waiting.first, first.bytes <= free {
            free -= first.bytes
            granted[first.stream] = first.bytes
            now.append(waiting.removeFirst())
        }
        return now
    }
}
