internal import Logging
internal import Operations
internal import Postgres

/// How the start gets along with a database that is not there yet: an external one is waited for, as it may come later
/// than the daemon; the embedded one is there when it was started.
struct DatabaseWait: Sendable {
    /// A database that lets everybody in and yet is of no use is given up after so many attempts: that is no matter of
    /// time.
    private static let maximumAttempts = 3
    /// Between them.
    private static let pause = Duration.milliseconds(200)

    /// Nil where nothing is waited for.
    private let arrival: DatabaseArrival?

    init(_ settings: DatabaseSettings, state: AdminState, logger: Logger) {
        guard case .external(let application, let platform) = settings.location else {
            arrival = nil
            return
        }
        arrival = DatabaseArrival(
            look: {
                for (conninfo, setting) in [
                    (application.conninfo, "AGENTD_DATABASE_URL"), (platform.conninfo, "AGENTD_PLATFORM_DATABASE_URL"),
                ] {
                    let sight = try await Self.look(conninfo, setting)
                    guard sight == .there else { return sight }
                }
                return .there
            }, tell: { state.setPhase(.starting("waiting for the database: \($0)")) }, logger: logger)
    }

    private static func look(_ conninfo: String, _ setting: String) async throws -> DatabaseArrival.Sight {
        let outcome = try await Abandonable.run {
            try await Blocking.run { ConnectionTrial.run(conninfo: conninfo) }
        }
        switch outcome {
        case .connected: return .there
        case .notNow(let reason): return .notYet(reason)
        case .refused(let reason):
            return .refused(
                "The database refuses \(setting): \(reason). Correct its user, password or database; "
                    + "`agentd migrate` makes the roles.")
        }
    }

    /// Tries again, as long as it fails because the database is not there.
    func run<R: Sendable>(_ attempt: @escaping @Sendable () async throws -> R) async throws -> R {
        guard let arrival else { return try await attempt() }
        var attempts = 0
        while true {
            do {
                return try await Abandonable.run(attempt)
            } catch {
                guard !(error is CancellationError), Failure(error).kind == .unavailable else { throw error }
                attempts += 1
                do {
                    if try await arrival.wait() { attempts = 0 }
                } catch let refusal as DatabaseArrival.Refusal {
                    throw Failure(.configuration, refusal.reason)
                }
                guard attempts < Self.maximumAttempts else { throw error }
                if attempts > 0 { try await Task.sleep(for: Self.pause) }
            }
        }
    }
}
