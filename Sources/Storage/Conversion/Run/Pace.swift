internal import Glibc
internal import Postgres

/// How fast rows are copied: in batches that take a moment each, with pauses in between that grow as soon as the
/// application feels them, which a statement of its kind on a second connection tells.
final class Pace {
    /// What a batch is to take: whoever wants one of its rows, or its processor, waits as long at most.
    private static let batchMilliseconds = 1.0
    private static let batchRows = 10...5_000
    /// The pause in batches: it never works more than a ninth of the time.
    private static let pauses = 8.0...40.0
    /// The statement may take twice as long as before, and in any case this much longer.
    private static let tolerance = 2.0
    private static let toleratedMilliseconds = 0.5
    private static let probes = 5
    private static let probeInterval = Duration.milliseconds(100)
    /// A standby further behind than this is waited for.
    private static let replicationSeconds = 10.0
    private static let longestNapMicroseconds = 50_000.0

    private let maximumRate: Int?
    private let probe: ScriptConnection
    private let statement: String
    private var base = 0.0
    private var ratio = pauses.lowerBound
    private(set) var rows = 50
    private var lastProbe = ContinuousClock.now
    private var isFelt = false

    /// - Parameters:
    ///   - maximumRate: Rows a second; nil for as fast as nobody feels.
    ///   - table: Of the application, as SQL.
    init(conninfo: String, table: String, maximumRate: Int?) throws {
        self.maximumRate = maximumRate
        probe = try ScriptConnection(conninfo: conninfo, applicationName: "agentd convert probe")
        statement = "SELECT id FROM \(table) WHERE id = (SELECT max(id) FROM \(table))"
        base = try latency()
        if let maximumRate { rows = min(rows, max(1, maximumRate / 10)) }
    }

    /// What the converter costs others at this moment, in words.
    private(set) var note = ""

    /// Pauses after a batch, and chooses the size of the next one.
    func batchDone(rows count: Int, milliseconds: Double, session: Session) throws {
        if ContinuousClock.now - lastProbe >= Self.probeInterval {
            try look()
            try waitForStandbys(session)
            lastProbe = ContinuousClock.now
        }
        let wanted = milliseconds > Self.batchMilliseconds || isFelt ? Double(rows) * 0.7 : Double(rows) * 1.2
        rows = min(max(Int(wanted), Self.batchRows.lowerBound), Self.batchRows.upperBound)
        var pause = milliseconds * ratio
        if let maximumRate {
            rows = min(rows, max(1, maximumRate / 10))
            pause = max(pause, Double(count) * 1_000 / Double(maximumRate) - milliseconds)
        }
        try sleep(milliseconds: pause, session)
    }

    private func look() throws {
        let felt = try latency()
        isFelt = felt > max(base * Self.tolerance, base + Self.toleratedMilliseconds)
        ratio = isFelt ? min(ratio * 1.5, Self.pauses.upperBound) : max(ratio * 0.9, Self.pauses.lowerBound)
        if !isFelt { base = min(base, felt) }
        note =
            isFelt
            ? "going slower: the database answers in \(Self.text(felt)) ms instead of \(Self.text(base)) ms" : ""
    }

    private func sleep(milliseconds: Double, _ session: Session) throws {
        var rest = milliseconds * 1_000
        while rest > 0 {
            try session.checkStop()
            let nap = min(rest, Self.longestNapMicroseconds)
            usleep(UInt32(nap))
            rest -= nap
        }
    }

    private func waitForStandbys(_ session: Session) throws {
        while true {
            let lag = try probe.rows("SELECT coalesce(extract(epoch FROM max(replay_lag)), 0) FROM pg_stat_replication")
            guard let seconds = lag.first?.first?.flatMap({ Double($0) }), seconds > Self.replicationSeconds else {
                return
            }
            note = "waiting: a standby is \(Int(seconds)) s behind"
            try sleep(milliseconds: 500, session)
        }
    }

    /// The median of some, in milliseconds.
    private func latency() throws -> Double {
        let clock = ContinuousClock()
        var times: [Double] = []
        for _ in 0..<Self.probes {
            let start = clock.now
            _ = try probe.rows(statement)
            times.append((clock.now - start).milliseconds)
        }
        return times.sorted()[Self.probes / 2]
    }

    private static func text(_ milliseconds: Double) -> String {
        String((milliseconds * 10).rounded() / 10)
    }
}

extension Duration {
    var milliseconds: Double {
        Double(components.seconds) * 1_000 + Double(components.attoseconds) / 1e15
    }
}
