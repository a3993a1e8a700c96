/// How many calls are worth sending at a time. What waits in PostgreSQL's sockets waits in its order of arrival; what
/// waits in the queue waits fairly. So no more is sent than keeps PostgreSQL busy: as long as answers take longer than
/// a target, fewer are, and while they are quicker and more calls wait, more are (additive increase, multiplicative
/// decrease).
struct InFlightLimit {
    /// The mean time from sending to the answer that is aimed at: so long waits what comes out of the queue next, and
    /// so much is lost when a quiet caller comes while a noisy one has filled the connections.
    private static let targetNanoseconds: UInt64 = 2_000_000
    /// How often it is judged, at most.
    private static let windowNanoseconds: UInt64 = 10_000_000
    /// Answers that a judgement needs.
    private static let answersInWindow: UInt64 = 8

    /// Where it begins: what comes at once before the first judgement may be slow.
    private static let first = 48

    /// At least so many that no connection runs dry while its answers are read.
    private let bounds: ClosedRange<Int>
    private(set) var current: Int
    private var windowBegan: UInt64 = 0
    private var answers: UInt64 = 0
    private var nanoseconds: UInt64 = 0
    private var wasReached = false

    init(_ bounds: ClosedRange<Int>) {
        self.bounds = bounds
        current = min(Self.first, bounds.upperBound)
    }

    /// More calls wait than may be sent.
    mutating func reached() { wasReached = true }

    /// A call was answered.
    /// - Parameter nanoseconds: From when it was sent until now.
    mutating func answered(after nanoseconds: UInt64, at now: UInt64) {
        answers += 1
        self.nanoseconds += nanoseconds
        guard answers >= Self.answersInWindow, now >= windowBegan + Self.windowNanoseconds else { return }
        let mean = self.nanoseconds / answers
        if mean > Self.targetNanoseconds {
            let enough = current * Int(clamping: Self.targetNanoseconds) / Int(clamping: mean)
            current = max(bounds.lowerBound, min(current - 1, max(enough, current / 2)))
        } else if wasReached {
            current = min(bounds.upperBound, current + max(1, current / 16))
        }
        windowBegan = now
        answers = 0
        self.nanoseconds = 0
        wasReached = false
    }
}
