/// The queue before the database.
extension Benchmark {
    static var queues: [Benchmark] { [1, 100, 10_000].map(queue) + [passingShares] }

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

    /// Each element is the only one of its share, as those of many tenants mostly are: the share comes and goes with
    /// it.
    private static var passingShares: Benchmark {
        Benchmark("fair-queue-passing-shares") {
            var queue = FairQueue<QueueShare>()
            var number: UInt64 = 0
            func append() {
                number += 1
                let share = QueueShare(high: number << 32, low: number, weight: 1)
                queue.append(share, of: share)
            }
            for _ in 0..<50 { append() }
            return { times in
                for _ in 0..<times {
                    guard queue.popFirst() != nil else { throw Failure(description: "the queue is empty") }
                    append()
                }
            }
        }
    }
}
