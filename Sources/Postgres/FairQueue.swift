internal import DequeModule

/// Elements that wait in a line per share. The shares are served in turn, each for as many elements as it weighs: who
/// has many waiting waits for them alone, and who comes with its first one waits for one turn of each other at most,
/// unless something is put back. Within a share the order is that of arrival.
///
/// Weighted round robin: every element counts as one, whatever it costs. No share goes before the others because it had
/// nothing waiting, as new flows do in FQ-CoDel (RFC 8290, section 4): where very many shares ask for little, some
/// always have, and whoever had two elements waiting would wait for a hundred others. All operations but `removeAll`
/// take constant time, over many of them.
struct FairQueue<Element>: ~Copyable {
    /// The elements of one share.
    private final class Line {
        /// With the weight of its latest element.
        var share: QueueShare
        var elements = Deque<Element>()
        /// The number of its elements, which is asked for more often than they are.
        var length = 0
        /// The most elements that it had room for since `elements` was made.
        var greatestLength = 0
        /// What is left of its turn; 0 before its turn begins.
        var credit = 0
        /// Its place among the lines of its length.
        var place = 0

        init(_ share: QueueShare) { self.share = share }
    }

    /// Lines that are kept for shares that come: most come with one element, and are gone with it.
    private static var keptLines: Int { 64 }
    /// Elements that such a line may still have room for: one that was long gives its memory back.
    private static var keptRoom: Int { 16 }

    private var lines: [QueueShare: Line] = [:]
    /// The same in the order of their turns. None is empty.
    private var turns = Deque<Line>()
    /// The same by their length, to find the longest.
    private var byLength = LinesByLength()
    /// Lines of shares that have nothing waiting any more.
    private var spareLines: [Line] = []
    /// For tests: those lines, and the elements that they have room for.
    var spare: (lines: Int, room: Int) { (spareLines.count, spareLines.reduce(0) { $0 + $1.greatestLength }) }

    /// Elements that wait.
    private(set) var count = 0
    var isEmpty: Bool { count == 0 }
    /// Shares that have elements waiting.
    var shareCount: Int { lines.count }

    mutating func append(_ element: Element, of share: QueueShare) {
        let line = line(of: share)
        line.elements.append(element)
        grew(line)
    }

    /// Puts an element before all others of its share.
    /// - Parameter hadTurn: Whether it is put back: where its share has nothing else waiting it then comes next of all,
    ///   and what follows it waits for a turn.
    mutating func prepend(_ element: Element, of share: QueueShare, hadTurn: Bool = false) {
        let line = line(of: share, isNext: hadTurn)
        line.elements.prepend(element)
        grew(line)
    }

    private mutating func grew(_ line: Line) {
        line.length += 1
        line.greatestLength = max(line.greatestLength, line.length)
        byLength.grew(line)
        count += 1
    }

    /// That of a share, which is to have one more element.
    /// - Parameter isNext: Whether a line that begins comes before the others, and not after them.
    private mutating func line(of share: QueueShare, isNext: Bool = false) -> Line {
        if let line = lines[share] {
            line.share = share
            return line
        }
        let line = newLine(of: share)
        lines[share] = line
        if isNext {
            line.credit = 1
            turns.prepend(line)
        } else {
            turns.append(line)
        }
        return line
    }

    private mutating func newLine(of share: QueueShare) -> Line {
        guard let line = spareLines.popLast() else { return Line(share) }
        line.share = share
        return line
    }

    /// A line is empty, and has no more turns.
    private mutating func end(_ line: Line) {
        lines[line.share] = nil
        guard spareLines.count < Self.keptLines else { return }
        line.credit = 0
        if line.greatestLength > Self.keptRoom {
            line.elements = Deque()
            line.greatestLength = 0
        }
        spareLines.append(line)
    }

    /// The element whose turn it is.
    mutating func popFirst() -> Element? {
        guard let line = turns.first, let element = line.elements.popFirst() else { return nil }
        line.length -= 1
        byLength.shrank(line)
        count -= 1
        if line.credit == 0 { line.credit = line.share.weight }
        line.credit -= 1
        if line.length == 0 {
            turns.removeFirst()
            end(line)
        } else if line.credit == 0 {
            turns.removeFirst()
            turns.append(line)
        }
        return element
    }

    /// Whether a share may have one more element waiting: how long its line may be follows from the room that is left,
    /// so that those who have many waiting never leave none for a share that comes with its first (dynamic thresholds,
    /// A. K. Choudhury and E. L. Hahne, IEEE/ACM Transactions on Networking 6 (2), 1998).
    /// - Parameters:
    ///   - room: Elements that the queue may still take.
    func hasPlace(for share: QueueShare, room: Int) -> Bool {
        !QueueRoom.isScarce(waiting: count, capacity: count + room)
            || QueueRoom.isEnough(room, for: share, having: length(of: share))
    }

    /// Elements of a share that wait.
    func length(of share: QueueShare) -> Int { lines[share]?.length ?? 0 }

    /// Takes the newest element out of the longest line, if an element of this share has much more right to its place:
    /// if its own line is at most half as long, also with it. So a share never loses a place to one that has about as
    /// many, and what was let in is seldom taken out again. Weights do not count here: who asks for little gets its
    /// place from whoever asks for most.
    mutating func makeRoom(for share: QueueShare) -> Element? {
        guard canMakeRoom(having: length(of: share)), let longest = byLength.longest else { return nil }
        // The line is longer than one, so it does not become empty.
        let element = longest.elements.popLast()
        longest.length -= 1
        byLength.shrank(longest)
        count -= 1
        return element
    }

    /// Whether `makeRoom` would, for a share that has so many.
    func canMakeRoom(having length: Int) -> Bool { 2 * (length + 1) <= byLength.greatest }

    /// Shows every element and takes those out for which the answer is true.
    mutating func removeAll(where isRemoved: (Element) -> Bool) {
        var removed = 0
        for line in turns {
            line.elements.removeAll(where: isRemoved)
            removed += line.length - line.elements.count
            line.length = line.elements.count
        }
        guard removed > 0 else { return }
        for line in turns where line.length == 0 { end(line) }
        turns.removeAll { $0.length == 0 }
        count -= removed
        byLength = LinesByLength(turns)
    }

    /// Lines that are not empty, by the number of their elements.
    private struct LinesByLength {
        /// Those of each length, in any order.
        private var lines: [[Line]] = [[]]
        /// The greatest length that there is, 0 when there is none.
        private(set) var greatest = 0

        init() {}

        init(_ all: some Sequence<Line>) {
            for line in all { insert(line) }
        }

        var longest: Line? { lines[greatest].last }

        /// A line has one element more than before.
        mutating func grew(_ line: Line) {
            remove(line, ofLength: line.length - 1)
            insert(line)
        }

        /// A line has one element less than before.
        mutating func shrank(_ line: Line) {
            remove(line, ofLength: line.length + 1)
            insert(line)
            if lines[greatest].isEmpty { greatest -= 1 }
        }

        private mutating func insert(_ line: Line) {
            let length = line.length
            guard length > 0 else { return }
            while lines.count <= length { lines.append([]) }
            line.place = lines[length].count
            lines[length].append(line)
            greatest = max(greatest, length)
        }

        private mutating func remove(_ line: Line, ofLength length: Int) {
            guard length > 0 else { return }
            let last = lines[length].removeLast()
            guard last !== line else { return }
            last.place = line.place
            lines[length][line.place] = last
        }
    }
}

/// How the places of a queue are shared out among lines that all want more than there are.
enum QueueRoom {
    /// How long a line may be, as a multiple of the places that are still free: one alone takes four fifths of them,
    /// and of many each the same.
    private static let factor = 4

    /// How many elements of a share may wait.
    /// - Parameter room: Places that are free.
    static func longestLine(of share: QueueShare, room: Int) -> Int { factor * share.weight * room }

    /// Whether a share that has so many may have one more.
    static func isEnough(_ room: Int, for share: QueueShare, having length: Int) -> Bool {
        room > 0 && length < longestLine(of: share, room: room)
    }

    /// Whether any line can be so long that it must not grow: none can while fewer wait.
    static func isScarce(waiting: Int, capacity: Int) -> Bool { (factor + 1) * waiting >= factor * capacity }
}
