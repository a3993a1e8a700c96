internal import Glibc
internal import Postgres

/// The connection of one converter, and the lock by which there is one at a time. It blocks its thread.
final class Session {
    /// Any constant will do; it only has to be the same in every agentd. "convert" in hexadecimal.
    static let advisoryLock = 0x63_6F_6E_76_65_72_74
    /// A converter that was killed keeps its lock until PostgreSQL sees that it is gone.
    private static let lockAttempts = 20
    private static let lockPauseMicroseconds: UInt32 = 100_000
    /// Nobody waits longer behind a lock that a step wants: it lets go and tries again.
    static let lockMilliseconds = 40
    /// Pauses between the attempts grow up to this.
    private static let longestPauseMilliseconds = 1_000
    /// Together some minutes; then somebody has to look at what holds the lock.
    private static let attempts = 240

    let connection: ScriptConnection
    private let isStopped: @Sendable () -> Bool

    /// - Parameter locking: Whether to be the one converter; to look needs no lock.
    init(conninfo: String, locking: Bool, isStopped: @escaping @Sendable () -> Bool = { false }) throws {
        connection = try ScriptConnection(conninfo: conninfo, applicationName: "agentd convert")
        self.isStopped = isStopped
        // A statement whose converter was killed ends soon. Of the processors it takes one and not several: others work
        // on them. To compile a batch takes longer than to do it.
        try connection.execute(
            "SET client_connection_check_interval = '1s'; SET timezone = 'UTC'; "
                + "SET plan_cache_mode = force_generic_plan; SET max_parallel_workers_per_gather = 0; SET jit = off")
        guard locking else { return }
        for _ in 0..<Self.lockAttempts {
            if try connection.rows("SELECT pg_try_advisory_lock(\(Self.advisoryLock))").first?.first == "t" { return }
            usleep(Self.lockPauseMicroseconds)
        }
        throw ConversionFailure.busy(
            "Another agentd convert works on this database\(try Self.other(connection)). It goes on; this one does "
                + "nothing. `agentd convert --status` shows how far it is.")
    }

    /// Who has the lock.
    static func other(_ connection: borrowing ScriptConnection) throws -> String {
        let rows = try connection.rows(
            """
            SELECT a.pid, to_char(a.backend_start, 'YYYY-MM-DD HH24:MI:SS') FROM pg_locks AS l
                JOIN pg_stat_activity AS a ON a.pid = l.pid
            WHERE l.locktype = 'advisory' AND a.datname = current_database()
                AND (l.classid::bigint << 32) | l.objid::bigint = $1 AND l.granted
            """, [String(advisoryLock)])
        guard let row = rows.first, let process = row[0], let start = row[1] else { return "" }
        return " (process \(process) of PostgreSQL, since \(start))"
    }

    /// Has settings for as long as the body takes. Some of them throw all plans away when they change, so that they are
    /// not set for each batch.
    func with<R>(_ settings: [String: String], _ body: () throws -> R) throws -> R {
        try connection.execute(settings.map { "SET \($0.key) = \($0.value);" }.joined())
        let reset = settings.keys.map { "RESET \($0);" }.joined()
        let result: R
        do {
            result = try body()
        } catch {
            // Without a connection there is nothing to reset, and what went wrong first is what people must hear.
            try? connection.execute(reset)
            throw error
        }
        try connection.execute(reset)
        return result
    }

    func checkStop() throws {
        if isStopped() { throw ConversionFailure.stopped }
    }

    /// One short transaction. It waits for no lock longer than `lockMilliseconds`, and tries again and again.
    /// - Parameters:
    ///   - preparation: Statements before the body, such as roles and settings.
    ///   - body: What it does; its answer is that of the attempt which was committed.
    ///   - waiting: Called with the locks that keep it from going on.
    @discardableResult
    func transaction<R>(
        _ preparation: String = "", waiting: (String) -> Void = { _ in },
        _ body: (borrowing ScriptConnection) throws -> R
    ) throws -> R {
        var failures = 0
        while true {
            try checkStop()
            do {
                // The state is in the database as well: if PostgreSQL crashes, it forgets a step and that it was done.
                try connection.execute(
                    "BEGIN; SET LOCAL lock_timeout = \(Self.lockMilliseconds); SET LOCAL synchronous_commit = off; "
                        + preparation)
                let result = try body(connection)
                try connection.execute("COMMIT")
                return result
            } catch let error as ScriptConnection.Failure where Self.isTransient(error) {
                try connection.execute("ROLLBACK")
                failures += 1
                guard failures < Self.attempts else {
                    throw ConversionFailure.unavailable(
                        "A lock could not be had at \(failures) attempts.\(try blockers()) End what holds it, and run "
                            + "`agentd convert` again.")
                }
                if failures % 10 == 0 { waiting(try blockers()) }
                pause(after: failures)
            } catch {
                try? connection.execute("ROLLBACK")
                throw error
            }
        }
    }

    /// Doubles up to the longest; random, so that it does not meet the same rhythm again and again.
    private func pause(after failures: Int) {
        let longest = min(Self.longestPauseMilliseconds, 20 << min(failures, 8))
        usleep(UInt32(Int.random(in: longest / 2...longest) * 1_000))
    }

    /// Somebody else had a lock, or rows changed in between: it happened not at all, and may well the next time.
    private static func isTransient(_ error: ScriptConnection.Failure) -> Bool {
        // lock_not_available, deadlock_detected, serialization_failure, and foreign_key_violation: a row was added or
        // removed since the statement began.
        ["55P03", "40P01", "40001", "23503"].contains(error.sqlState)
    }

    /// Long transactions that have the tables, for people.
    private func blockers() throws -> String {
        let rows = try connection.rows(
            """
            SELECT DISTINCT a.pid, a.usename, a.state, extract(epoch FROM now() - a.xact_start)::bigint,
                left(a.query, 80)
            FROM pg_locks AS l JOIN pg_class AS c ON c.oid = l.relation JOIN pg_stat_activity AS a ON a.pid = l.pid
            WHERE c.relname IN ('users', 'agents') AND l.granted AND a.pid <> pg_backend_pid()
                AND a.xact_start < now() - interval '1 second'
            LIMIT 3
            """)
        return rows.map { row in
            " Process \(row[0] ?? "") of \(row[1] ?? "") (\(row[2] ?? ""), in its transaction since \(row[3] ?? "") s) "
                + "has the tables: \(row[4] ?? "")."
        }.joined()
    }
}
