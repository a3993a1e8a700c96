import Testing

@testable internal import Postgres

@Suite("Fair queue")
struct FairQueueTests {
    private static let noisy = QueueShare(high: 1, low: 1, weight: 1)
    private static let quiet = QueueShare(high: 1, low: 2, weight: 1)
    private static let preferred = QueueShare(high: 2, low: 1, weight: 2)

    @Test("Within a share the order is that of arrival")
    func order() {
        var queue = FairQueue<Int>()
        for number in 0..<100 { queue.append(number, of: Self.noisy) }
        #expect(drain(&queue) == Array(0..<100))
    }

    @Test("Shares take turns, each for as many as it weighs, for as long as both wait")
    func weights() {
        var queue = FairQueue<String>()
        for number in 1...4 { queue.append("n\(number)", of: Self.noisy) }
        for number in 1...6 { queue.append("p\(number)", of: Self.preferred) }
        #expect(drain(&queue) == ["n1", "p1", "p2", "n2", "p3", "p4", "n3", "p5", "p6", "n4"])
    }

    @Test("Behind 4,000 of a noisy share a quiet one waits for one turn of it")
    func quietShare() {
        var queue = FairQueue<String>()
        for _ in 0..<4_000 { queue.append("noisy", of: Self.noisy) }
        #expect(take(10, from: &queue) == Array(repeating: "noisy", count: 10))
        queue.append("quiet", of: Self.quiet)
        #expect(take(2, from: &queue).contains("quiet"))
    }

    @Test("Who comes with its first waits for one turn of each other, and takes its turn whole")
    func newShare() {
        var queue = FairQueue<String>()
        for share in 0..<100 as Range<UInt64> {
            for number in 1...3 { queue.append("noisy \(number)", of: QueueShare(high: 5, low: share, weight: 1)) }
        }
        #expect(take(150, from: &queue).count == 150)
        queue.append("quiet 1", of: Self.quiet)
        queue.append("quiet 2", of: Self.quiet)
        queue.append("preferred 1", of: Self.preferred)
        queue.append("preferred 2", of: Self.preferred)
        #expect(take(100, from: &queue).allSatisfy { $0.hasPrefix("noisy") })
        #expect(take(4, from: &queue) == ["quiet 1", "preferred 1", "preferred 2", "noisy 3"])
    }

    @Test("A share that comes has nothing left of the turn of one that has gone")
    func newTurn() {
        var queue = FairQueue<String>()
        queue.append("gone", of: QueueShare(high: 2, low: 2, weight: 3))
        #expect(queue.popFirst() == "gone")
        for number in 1...3 { queue.append("n\(number)", of: Self.noisy) }
        for number in 1...2 { queue.append("q\(number)", of: Self.quiet) }
        #expect(drain(&queue) == ["n1", "q1", "n2", "q2", "n3"])
        #expect(queue.shareCount == 0)
    }

    @Test("However many others come with their first, whoever has a second one waiting is served in the next round")
    func noStarvation() {
        var queue = FairQueue<UInt64>()
        var newest: UInt64 = 0
        func appendNewShare() {
            newest += 1
            queue.append(newest, of: QueueShare(high: 6, low: newest, weight: 1))
        }
        for _ in 1...50 { appendNewShare() }
        queue.append(0, of: QueueShare(high: 6, low: 1, weight: 1))
        var served: [UInt64] = []
        while served.count < 200, let next = queue.popFirst() {
            served.append(next)
            appendNewShare()
        }
        #expect(served.firstIndex(of: 0) == 50)
    }

    @Test("A share that always has one more when it was served takes its turn as the others do")
    func oneAtATime() {
        var queue = FairQueue<String>()
        for number in 1...3 {
            queue.append("n\(number)", of: Self.noisy)
            queue.append("p\(number)", of: Self.preferred)
        }
        queue.append("q", of: Self.quiet)
        var served: [String] = []
        while served.count < 10, let next = queue.popFirst() {
            served.append(next)
            if next == "q" { queue.append("q", of: Self.quiet) }
        }
        #expect(served == ["n1", "p1", "p2", "q", "n2", "p3", "q", "n3", "q", "q"])
    }

    @Test("What is left of a turn ends when what it was for leaves the queue")
    func turnsEnd() {
        var queue = FairQueue<String>()
        for number in 1...5 { queue.append("p\(number)", of: Self.preferred) }
        for number in 1...2 { queue.append("n\(number)", of: Self.noisy) }
        // Its second turn has begun.
        #expect(take(4, from: &queue) == ["p1", "p2", "n1", "p3"])
        queue.removeAll { $0.hasPrefix("p") }
        #expect(drain(&queue) == ["n2"])
    }

    @Test("That others leave the queue gives no share an earlier turn")
    func placesAreKept() {
        var queue = FairQueue<String>()
        for number in 1...4 { queue.append("n\(number)", of: Self.noisy) }
        queue.append("q1", of: Self.quiet)
        #expect(take(2, from: &queue) == ["n1", "q1"])
        queue.removeAll { $0 == "n2" }
        queue.append("q2", of: Self.quiet)
        #expect(take(2, from: &queue) == ["n3", "q2"])
        queue.removeAll { $0 == "n4" }
        #expect(queue.shareCount == 0)
    }

    @Test("A share saves up no turns while it has nothing waiting")
    func noSavings() {
        var queue = FairQueue<String>()
        queue.append("p1", of: Self.preferred)
        #expect(queue.popFirst() == "p1")
        for number in 1...3 { queue.append("n\(number)", of: Self.noisy) }
        for number in 2...4 { queue.append("p\(number)", of: Self.preferred) }
        #expect(drain(&queue) == ["n1", "p2", "p3", "n2", "p4", "n3"])
    }

    @Test("The weight is that of the latest element, and at least one", arguments: [-1, 0, 1, 3])
    func latestWeight(weight: Int) {
        var queue = FairQueue<String>()
        for number in 1...4 { queue.append("a\(number)", of: QueueShare(high: 9, low: 9, weight: 2)) }
        queue.append("a5", of: QueueShare(high: 9, low: 9, weight: weight))
        for number in 1...2 { queue.append("n\(number)", of: Self.noisy) }
        let turn = max(1, weight)
        let expected = (1...turn).map { "a\($0)" } + ["n1"]
        #expect(take(turn + 1, from: &queue) == expected)
    }

    @Test("What is put in front comes first in its share, and not before the turn of another")
    func prepended() {
        var queue = FairQueue<String>()
        queue.append("n1", of: Self.noisy)
        queue.append("n2", of: Self.noisy)
        queue.append("q2", of: Self.quiet)
        queue.prepend("q1", of: Self.quiet)
        queue.prepend("p1", of: Self.preferred)
        #expect(queue.count == 5)
        #expect(drain(&queue) == ["n1", "q1", "p1", "n2", "q2"])
    }

    @Test("What is put back in reverse has its order again within its share, and what follows it waits for a turn")
    func putBack() {
        var queue = FairQueue<String>()
        let shares = [Self.noisy, Self.quiet, Self.noisy, Self.preferred]
        for number in 1...3 { queue.append("n\(number)", of: Self.noisy) }
        let back = zip(["n-1", "q-1", "n0", "p-1"], shares)
        #expect(take(1, from: &queue) == ["n1"])
        for (element, share) in back.reversed() { queue.prepend(element, of: share, hadTurn: true) }
        queue.append("p0", of: Self.preferred)
        #expect(drain(&queue) == ["q-1", "p-1", "n-1", "p0", "n0", "n2", "n3"])
    }

    @Test("Room is made at the end of the longest line, for who has at most half of it")
    func room() {
        var queue = FairQueue<String>()
        for number in 1...4 { queue.append("n\(number)", of: Self.noisy) }
        queue.append("q1", of: Self.quiet)
        #expect(queue.makeRoom(for: Self.noisy) == nil)
        #expect(queue.makeRoom(for: Self.preferred) == "n4")
        // Three, one and none: with one more the second would have more than half of what the first has.
        #expect(queue.makeRoom(for: Self.quiet) == nil)
        #expect(queue.count == 4)
        #expect(queue.makeRoom(for: Self.preferred) == "n3")
        #expect(drain(&queue) == ["n1", "q1", "n2"])
    }

    @Test("A line may be four times as long as there is room, one that weighs double eight times")
    func places() {
        var queue = FairQueue<Int>()
        #expect(queue.hasPlace(for: Self.noisy, room: 0) == false)
        for number in 0..<8 {
            queue.append(number, of: Self.noisy)
            queue.append(number, of: Self.preferred)
        }
        #expect(queue.hasPlace(for: Self.noisy, room: 2) == false)
        #expect(queue.hasPlace(for: Self.noisy, room: 3) == true)
        #expect(queue.hasPlace(for: Self.preferred, room: 1) == false)
        #expect(queue.hasPlace(for: Self.preferred, room: 2) == true)
        #expect(queue.hasPlace(for: Self.quiet, room: 1) == true)
    }

    @Test("However many shares want more than there is, each gets as much as another, and there is room for one more")
    func equalPlaces() {
        let capacity = 512
        var queue = FairQueue<UInt64>()
        for round in 0..<2_000 as Range<UInt64> {
            let share = QueueShare(high: 7, low: round % 20, weight: 1)
            if queue.hasPlace(for: share, room: capacity - queue.count) { queue.append(round % 20, of: share) }
        }
        let count = queue.count
        #expect(queue.hasPlace(for: Self.quiet, room: capacity - count) == true)
        let waiting = drain(&queue).reduce(into: [:]) { $0[$1, default: 0] += 1 }
        #expect(waiting.count == 20 && waiting.values.allSatisfy { (25...26).contains($0) }, "\(waiting)")
    }

    @Test(
        "Where no share is at its limit, scarcity is not seen, and where it is, it is",
        arguments: [1, 2, 4, 5, 10, 512])
    func scarcity(capacity: Int) {
        for waiting in 0...capacity {
            // The worst case: all of them are of one share of the least weight.
            let isAtLimit = waiting >= QueueRoom.longestLine(of: Self.noisy, room: capacity - waiting)
            #expect(QueueRoom.isScarce(waiting: waiting, capacity: capacity) == isAtLimit, "\(waiting) of \(capacity)")
        }
    }

    @Test("Shares that wait for one thing each do not push each other out, and an empty queue has nothing to give")
    func noRoom() {
        var queue = FairQueue<Int>()
        #expect(queue.makeRoom(for: Self.quiet) == nil)
        for number in 0..<100 as Range<UInt64> {
            queue.append(Int(number), of: QueueShare(high: 5, low: number, weight: 1))
        }
        #expect(queue.makeRoom(for: Self.quiet) == nil)
        #expect(queue.count == 100)
    }

    @Test("A noisy share that fills the queue again and again leaves every other one at least half of what it has")
    func contention() {
        let capacity = 64
        var queue = FairQueue<QueueShare>()
        let shares = [Self.noisy, Self.quiet, Self.preferred, .none]
        for round in 0..<10_000 {
            let share = round % 7 == 0 ? shares[round / 7 % shares.count] : Self.noisy
            if queue.count == capacity, queue.makeRoom(for: share) == nil { continue }
            queue.append(share, of: share)
        }
        let waiting = drain(&queue).reduce(into: [:]) { $0[$1, default: 0] += 1 }
        let most = waiting.values.max() ?? 0
        #expect(waiting.count == 4 && waiting.values.allSatisfy { 2 * ($0 + 1) > most }, "\(waiting)")
    }

    @Test("Whatever came and went before, room is made in a line that is one of the longest")
    func longestLine() {
        var queue = FairQueue<UInt64>()
        var lengths = [Int](repeating: 0, count: 8)
        var random = FastGenerator(state: 7)
        for _ in 0..<20_000 {
            let low = random.next() % 8
            let share = QueueShare(high: 3, low: low, weight: 1)
            switch random.next() % 100 {
            case 0..<40:
                queue.append(low, of: share)
                lengths[Int(low)] += 1
            case 40..<50:
                queue.prepend(low, of: share)
                lengths[Int(low)] += 1
            case 50..<75:
                if let popped = queue.popFirst() { lengths[Int(popped)] -= 1 }
            case 75..<99:
                let longest = lengths.max() ?? 0
                let isExpected = 2 * (lengths[Int(low)] + 1) <= longest
                #expect(queue.canMakeRoom(having: queue.length(of: share)) == isExpected)
                let taken = queue.makeRoom(for: share)
                #expect((taken != nil) == isExpected)
                if let taken {
                    #expect(lengths[Int(taken)] == longest)
                    lengths[Int(taken)] -= 1
                }
            default:
                queue.removeAll { $0 == low }
                lengths[Int(low)] = 0
            }
            let count = queue.count
            #expect(count == lengths.reduce(0, +))
        }
    }

    @Test("What is removed is gone, what stays keeps its order, and empty shares vanish")
    func removal() {
        var queue = FairQueue<Int>()
        for number in 0..<10 { queue.append(number, of: Self.noisy) }
        for number in 10..<12 { queue.append(number, of: Self.quiet) }
        queue.append(12, of: Self.preferred)
        #expect(queue.popFirst() == 0)
        queue.removeAll { $0 % 2 == 1 || $0 == 10 }
        #expect(queue.count == 5)
        #expect(queue.shareCount == 2)
        queue.append(13, of: Self.quiet)
        #expect(drain(&queue) == [12, 2, 13, 4, 6, 8])
    }

    @Test("An emptied queue keeps no element and few lines, however many shares there were")
    func emptiness() {
        var queue = FairQueue<UInt64>()
        #expect(queue.popFirst() == nil)
        for number in 0..<1_000 as Range<UInt64> {
            queue.append(number, of: QueueShare(high: 0, low: number, weight: 1))
        }
        #expect(queue.shareCount == 1_000)
        queue.removeAll { $0 % 2 == 0 }
        #expect(queue.shareCount == 500)
        #expect(queue.spare.lines == 64)
        #expect(drain(&queue).count == 500)
        #expect(queue.spare == (lines: 64, room: 64))
        let isEmpty = queue.isEmpty
        #expect(isEmpty)
        #expect(queue.count == 0)
        #expect(queue.shareCount == 0)
    }

    @Test("A share that had many waiting leaves no memory for many behind")
    func longLines() {
        var queue = FairQueue<Int>()
        for number in 0..<16 { queue.append(number, of: Self.quiet) }
        for number in 0..<17 { queue.append(number, of: Self.noisy) }
        #expect(drain(&queue).count == 33)
        #expect(queue.spare == (lines: 2, room: 16))
        // The lines serve others.
        for share in [Self.quiet, Self.noisy] { queue.append(1, of: share) }
        #expect(queue.spare.lines == 0)
        queue.removeAll { _ in true }
        #expect(queue.spare == (lines: 2, room: 17))
    }

    private func take<Element>(_ count: Int, from queue: inout FairQueue<Element>) -> [Element] {
        var elements: [Element] = []
        while elements.count < count, let element = queue.popFirst() { elements.append(element) }
        return elements
    }

    private func drain<Element>(_ queue: inout FairQueue<Element>) -> [Element] { take(.max, from: &queue) }
}

/// Numbers that look random and are the same in every run (xorshift).
private struct FastGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state >> 3
    }
}
