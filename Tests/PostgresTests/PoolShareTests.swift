import Testing

internal import LoopExecutor
internal import Postgres
internal import TestSupport

/// What a pool makes of shares: its one connection waits for a lock, so that everything else waits for the connection.
@Suite("Shares of a pool", .timeLimit(.minutes(2)))
struct PoolShareTests {
    private static let plain = QueueShare(high: 1, low: 1, weight: 1)
    private static let double = QueueShare(high: 1, low: 2, weight: 2)

    @Test("Calls of two shares that wait are executed 2 to 1 when one weighs double")
    func turns() async throws {
        try await BlockedPool.with(queueCapacity: 100) { pool in
            var calls: [Task<Void, any Error>] = []
            for number in 1...6 { calls.append(try await pool.enqueue("plain \(number)", of: Self.plain)) }
            for number in 1...6 { calls.append(try await pool.enqueue("double \(number)", of: Self.double)) }
            try await pool.release()
            for call in calls { try await call.value }
            #expect(
                try pool.served() == [
                    "plain 1", "double 1", "double 2", "plain 2", "double 3", "double 4", "plain 3", "double 5",
                    "double 6", "plain 4", "plain 5", "plain 6",
                ])
        }
    }

    @Test("A call of a quiet share is not refused when a noisy one has filled the queue: the newest of that one is")
    func fullQueue() async throws {
        try await BlockedPool.with(queueCapacity: 4) { pool in
            var noisy: [Task<Void, any Error>] = []
            for number in 1...4 { noisy.append(try await pool.enqueue("noisy \(number)", of: Self.plain)) }
            let refused = pool.submit("noisy 5", of: Self.plain)
            await #expect(throws: PostgresError.queueFull) { try await refused.value }

            let quiet = pool.submit("quiet", of: Self.double)
            let displaced = noisy.removeLast()
            await #expect(throws: PostgresError.queueFull) { try await displaced.value }
            #expect(try await pool.waitingCalls == 4)
            try await pool.release()
            try await quiet.value
            for call in noisy { try await call.value }
            #expect(try pool.served() == ["noisy 1", "quiet", "noisy 2", "noisy 3"])
        }
    }

    @Test("Whether the queue is full for a share is known before there is a call")
    func fullness() async throws {
        try await BlockedPool.with(queueCapacity: 4) { pool in
            #expect(try await !pool.isFull(for: Self.plain))
            var calls: [Task<Void, any Error>] = []
            for number in 1...4 { calls.append(try await pool.enqueue("noisy \(number)", of: Self.plain)) }
            #expect(try await pool.isFull(for: Self.plain))
            #expect(try await !pool.isFull(for: Self.double))
            let quiet = pool.submit("quiet", of: Self.double)
            let displaced = calls.removeLast()
            await #expect(throws: PostgresError.queueFull) { try await displaced.value }
            calls.append(quiet)
            // Three and one: with one more the second would have more than half of what the first has.
            #expect(try await pool.isFull(for: Self.double))
            #expect(try await !pool.isFull(for: .none))
            try await pool.release()
            for call in calls { try await call.value }
            #expect(try await !pool.isFull(for: Self.plain))
        }
    }

    @Test("A noisy share is refused before the queue is full, so that a quiet one finds room in it")
    func roomForQuietShares() async throws {
        try await BlockedPool.with(queueCapacity: 10) { pool in
            var calls: [Task<Void, any Error>] = []
            for number in 1...8 { calls.append(try await pool.enqueue("noisy \(number)", of: Self.plain)) }
            #expect(try await pool.isFull(for: Self.plain))
            let refused = pool.submit("noisy 9", of: Self.plain)
            await #expect(throws: PostgresError.queueFull) { try await refused.value }
            #expect(try await !pool.isFull(for: Self.double))
            for number in 1...2 { calls.append(try await pool.enqueue("quiet \(number)", of: Self.double)) }
            try await pool.release()
            for call in calls { try await call.value }
        }
    }

    @Test("Where 512 wait there is room for clients that ask one thing at a time, and none for the others")
    func pipelinedCalls() async throws {
        try await BlockedPool.with(queueCapacity: 2_000) { pool in
            #expect(try await !pool.isFull(for: Self.plain, own: 1))
            let calls = (1...512).map { pool.submit("call \($0)", of: Self.plain) }
            try await waitUntil { try await pool.waitingCalls == 512 }
            #expect(try await pool.isFull(for: Self.plain, own: 1))
            #expect(try await !pool.isFull(for: Self.plain))
            // All of them are its own.
            #expect(try await !pool.isFull(for: Self.plain, own: 512))
            // Who has nothing waiting, or little, may have more, if it comes at once; but not as many again.
            #expect(try await !pool.isFull(for: Self.double, own: 1))
            let others = (1...255).map { pool.submit("other \($0)", of: Self.double) }
            try await waitUntil { try await pool.waitingCalls == 512 + 255 }
            #expect(try await !pool.isFull(for: Self.double, own: 1))
            // Those that are still to come have their places.
            try await pool.hold(for: Self.double)
            #expect(try await pool.isFull(for: Self.double, own: 1))
            #expect(try await !pool.isFull(for: Self.double, own: 1, hadPlace: true))
            try await pool.endHold(for: Self.double)
            #expect(try await !pool.isFull(for: Self.double, own: 1))
            let other = try await pool.enqueue("other", of: Self.double)
            #expect(try await pool.isFull(for: Self.double, own: 1))
            try await pool.release()
            for call in calls + others + [other] { try await call.value }
            #expect(try await !pool.isFull(for: Self.plain, own: 1))
        }
    }

    @Test("A call that comes at the moment when another one is refused gets an answer of its own")
    func refusedInARow() async throws {
        try await BlockedPool.with(queueCapacity: 1) { pool in
            let waiting = try await pool.enqueue("waits", of: Self.plain)
            let errors = try await pool.errors(ofCallsInARow: 5, of: Self.plain)
            #expect(errors == Array(repeating: .queueFull, count: 5))
            try await pool.release()
            try await waiting.value
            #expect(try pool.served() == ["waits"])
        }
    }

    @Test("A call that comes at the moment when another one is too late gets an answer of its own")
    func lateInARow() async throws {
        try await BlockedPool.with(queueCapacity: 100) { pool in
            let errors = try await pool.errors(ofCallsInARow: 5, of: Self.plain, within: 30)
            #expect(errors == Array(repeating: .deadlineExceeded, count: 5))
            try await pool.release()
        }
    }

    @Test("A call that leaves the line of its share, cancelled or too late, holds up no other")
    func departures() async throws {
        try await BlockedPool.with(queueCapacity: 100) { pool in
            let cancelled = try await pool.enqueue("cancelled", of: Self.plain)
            let last = try await pool.enqueue("last", of: Self.plain)
            cancelled.cancel()
            await #expect(throws: PostgresError.cancelled) { try await cancelled.value }
            let late = pool.submit("late", of: Self.double, within: 30)
            await #expect(throws: PostgresError.deadlineExceeded) { try await late.value }
            // Both are swept out of the queue.
            try await waitUntil { try await pool.waitingCalls == 1 }
            try await pool.release()
            try await last.value
            #expect(try pool.served() == ["last"])
        }
    }

    @Test("How many calls were sent, how long they had waited, and how many came too late for it is counted")
    func counted() async throws {
        try await BlockedPool.with(queueCapacity: 100) { pool in
            let before = try await pool.figures
            let waiting = try await pool.enqueue("waits", of: Self.plain)
            let late = pool.submit("late", of: Self.double, within: 30)
            await #expect(throws: PostgresError.deadlineExceeded) { try await late.value }
            try await pool.release()
            try await waiting.value
            let after = try await pool.figures
            #expect(after.totals.sentCalls == before.totals.sentCalls + 1)
            #expect(after.totals.expiredCalls == before.totals.expiredCalls + 1)
            // It came before the one that waited for so long.
            #expect(after.totals.waitedNanoseconds >= before.totals.waitedNanoseconds + 30_000_000)
        }
    }

    @Test("A call whose caller has noticed the deadline before counts as one that came too late")
    func countedThoughGone() async throws {
        try await BlockedPool.with(queueCapacity: 100) { pool in
            try await pool.submitAndGiveUpTooLate()
            let gone = try await pool.enqueue("gone", of: Self.plain)
            gone.cancel()
            await #expect(throws: PostgresError.cancelled) { try await gone.value }
            try await waitUntil { try await pool.waitingCalls == 0 }
            #expect(try await pool.figures.totals.expiredCalls == 1)
            try await pool.release()
        }
    }

    @Test("Who hears of an error may come with a change at once, which is sent in the same turn")
    func changeOnRefusal() async throws {
        try await BlockedPool.with(queueCapacity: 1, writeConnections: 1) { pool in
            try await pool.submit("before", of: Self.plain).value
            let waiting = try await pool.enqueueRead(of: Self.plain)
            try await pool.submitOnRefusal("at once", of: Self.plain)
            #expect(try pool.served() == ["before", "at once"])
            let waited = try await pool.figuresOfWrites.totals.waitedNanoseconds
            #expect(waited < 60_000_000_000)
            try await pool.release()
            try await waiting.value
        }
    }

    @Test("Reads that have filled their queue take no place from writes")
    func separateQueues() async throws {
        try await BlockedPool.with(queueCapacity: 2, writeConnections: 1) { pool in
            var reads: [Task<Void, any Error>] = []
            for _ in 1...2 { reads.append(try await pool.enqueueRead(of: Self.plain)) }
            #expect(try await pool.isFull(for: Self.plain, .read))
            #expect(try await !pool.isFull(for: Self.plain, .write))
            try await pool.submit("written", of: Self.plain).value
            #expect(try pool.served() == ["written"])
            try await pool.release()
            for read in reads { try await read.value }
        }
    }

    @Test("Nothing is worth sending behind a call that takes long, and again as soon as it is over")
    func inFlightLimit() async throws {
        try await BlockedPool.with(queueCapacity: 100) { pool in
            try await waitUntil { try await pool.figures.inFlightLimit == 0 }
            try await pool.release()
            #expect(try await pool.figures.inFlightLimit == 1)
        }
    }
}

/// A pool with one connection, on which a call waits for a lock and no other has room.
private final class BlockedPool {
    private static let lock = "SELECT pg_advisory_lock(1)"

    private let pool: PostgresPool
    private let loop: TestLoop
    private let database: TestDatabase
    /// Has the lock.
    private let holder: ScriptConnection
    /// Waits for it.
    private let blocked: Task<Void, any Error>

    private init(_ pool: PostgresPool, _ loop: TestLoop, _ database: TestDatabase, _ holder: consuming ScriptConnection)
    {
        self.pool = pool
        self.loop = loop
        self.database = database
        self.holder = holder
        let lock = TestStatement<Void>.command("lock", Self.lock)
        blocked = Task { try await pool.read(lock, on: loop, within: 60_000) }
    }

    static func with(
        queueCapacity: Int, writeConnections: Int = 0, _ body: (BlockedPool) async throws -> Void
    ) async throws {
        try await TestDatabase.with(migrated: false) { database in
            try database.execute("CREATE TABLE served (id serial, name text)")
            var configuration = PostgresPool.Configuration(conninfo: database.owner)
            configuration.connections = 1
            configuration.writeConnections = writeConnections
            configuration.pipelineDepth = 1
            configuration.queueCapacity = queueCapacity
            configuration.queueWaitMilliseconds = 60_000
            try await TestLoop.with { loop in
                try await loop.withPool(configuration) { pool in
                    let holder = try ScriptConnection(conninfo: database.owner)
                    _ = try holder.rows(lock)
                    let blockedPool = BlockedPool(pool, loop, database, holder)
                    try await waitUntil { try database.hasWaiting(1) }
                    try await waitUntil {
                        try await loop.executor.run { pool.openConnections == 1 + writeConnections }
                    }
                    try await body(blockedPool)
                }
            }
        }
    }

    func isFull(
        for share: QueueShare, _ effect: Effect = .write, own: Int = 0, hadPlace: Bool = false
    ) async throws -> Bool {
        try await loop.executor.run { [pool] in pool.isFull(for: share, effect, own: own, hadPlace: hadPlace) }
    }

    func hold(for share: QueueShare) async throws {
        try await loop.executor.run { [pool] in pool.hold(for: share, .write) }
    }

    func endHold(for share: QueueShare) async throws {
        try await loop.executor.run { [pool] in pool.endHold(for: share, .write) }
    }

    var waitingCalls: Int { get async throws { try await loop.executor.run { [pool] in pool.waitingCalls } } }

    var figuresOfWrites: GroupFigures {
        get async throws { try await loop.executor.run { [pool] in pool.figures(of: .write) } }
    }

    /// Of the one connection of reads.
    var figures: GroupFigures { get async throws { try await loop.executor.run { [pool] in pool.figures(of: .read) } } }

    /// Writes a name down when it is executed.
    func submit(_ name: String, of share: QueueShare, within milliseconds: Int64 = 60_000) -> Task<Void, any Error> {
        let statement = TestStatement<Void>(
            "serve", "INSERT INTO served (name) VALUES ($1)", [.text], binding: { $0.append(text: name) }
        ) { _ throws(DecodingFailure) in }
        return Task { [pool, loop] in try await pool.write(statement, on: loop, within: milliseconds, of: share) }
    }

    /// Submits a call and cancels it when its deadline has passed, before anybody else can notice.
    func submitAndGiveUpTooLate() async throws {
        try await loop.executor.run { [pool] in
            let deadline = PostgresPool.deadline(1)
            let call = PendingCall(StatementText("late", "SELECT 1", []), effect: .read, deadlineNanoseconds: deadline)
            pool.submit(call) { _, _ in }
            while PostgresPool.deadline(0) <= deadline {}
            call.cancel()
        }
    }

    /// Submits a read that is refused, and, where that is told, a write.
    func submitOnRefusal(_ name: String, of share: QueueShare) async throws {
        let error = try await loop.executor.run { [pool] in
            await withCheckedContinuation { (continuation: CheckedContinuation<PostgresError?, Never>) in
                let deadline = PostgresPool.deadline(20_000)
                let read = PendingCall(
                    StatementText("refused", "SELECT 1", []), effect: .read, deadlineNanoseconds: deadline,
                    share: share)
                let write = PendingCall(
                    StatementText("serve", "INSERT INTO served (name) VALUES ($1)", [.text]), effect: .write,
                    deadlineNanoseconds: deadline, share: share)
                write.parameters.append(text: name)
                pool.submit(read) { _, refusal in
                    guard refusal == .queueFull else { return continuation.resume(returning: refusal) }
                    pool.submit(write) { _, error in continuation.resume(returning: error) }
                }
            }
        }
        if let error { throw error }
    }

    /// The same, when it is in the queue.
    func enqueue(_ name: String, of share: QueueShare) async throws -> Task<Void, any Error> {
        try await enqueued { submit(name, of: share) }
    }

    /// Reads something, and is in the queue.
    func enqueueRead(of share: QueueShare) async throws -> Task<Void, any Error> {
        try await enqueued {
            Task { [pool, loop] in _ = try await pool.read(.echo(1), on: loop, within: 60_000, of: share) }
        }
    }

    private func enqueued(_ submit: () -> Task<Void, any Error>) async throws -> Task<Void, any Error> {
        let before = try await waitingCalls
        let call = submit()
        try await waitUntil { try await waitingCalls == before + 1 }
        return call
    }

    /// Submits calls, each one when the one before has ended, in the same turn of the loop.
    func errors(
        ofCallsInARow count: Int, of share: QueueShare, within milliseconds: Int64 = 60_000
    ) async throws -> [PostgresError?] {
        try await loop.executor.run { [pool] in
            await withCheckedContinuation { continuation in
                var errors: [PostgresError?] = []
                func submitNext() {
                    guard errors.count < count else { return continuation.resume(returning: errors) }
                    let call = PendingCall(
                        StatementText("in_a_row", "SELECT 1", []), effect: .read,
                        deadlineNanoseconds: PostgresPool.deadline(milliseconds), share: share)
                    pool.submit(call) { _, error in
                        errors.append(error)
                        submitNext()
                    }
                }
                submitNext()
            }
        }
    }

    func release() async throws {
        _ = try holder.rows("SELECT pg_advisory_unlock(1)")
        try await blocked.value
    }

    /// The names in the order of their execution.
    func served() throws -> [String?] { try database.rows("SELECT name FROM served ORDER BY id").map { $0[0] } }
}
