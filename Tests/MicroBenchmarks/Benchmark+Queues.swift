/// The queue before the database.
extension Benchmark {
    static var queues: [Benchmark] { [1, 100, 10_000].map(queue) }

    /// Takes the element whose turn it is and puts another one of its share back, while so many shares wait.
    private static func queue(shares: Int) -> Benchmark {
        Benchmark("fair-queue-\(shares)-shares", times: max(2_000, shares)) {
            var queue = FairQueue<QueueShare>()
            for number in 0..<shares {
                let share = QueueShare(high: UInt64(number) << 32, low: UInt64(number), weight: 1)
                for _ in 0..<2 { queue.append(share, of: share) }
            }
            return { times in
                for _ in 0..<times {
                    guard let share = queue.popFirst() else { throw Failure(description: "the queue is empty") }
                    queue.append(share, of: share)
                }
            }
        }
    }
}
