internal import AgentdCore
package import Logging
internal import ServiceLifecycle
package import Storage

/// Watches whether the daemon may go on taking calls, and says when that changes.
///
/// Each second it asks the database whether it answers. Every few minutes it has the database inspected: whether its
/// schema is still ours and keeps tenants apart. It is inspected, too, before the daemon is ready again after the
/// database was away: another one may have come back. When it was away for less time than it takes to be noticed, what
/// tells so is that every connection of the last inspection is gone. An accident is no state: what changes the verdict
/// is found twice.
package struct HealthMonitor: Service {
    /// How often what is asked, and how long an answer may take.
    struct Pace: Sendable {
        var interval = Duration.seconds(1)
        /// Five minutes of intervals. What could spoil the isolation, a change of the schema or of a role, is rare and
        /// made by hand; an inspection costs some dozen reads of the catalogue.
        var intervalsBetweenInspections = 300
        /// While something is wrong or in doubt, so that it is soon known and soon over.
        var intervalsInDoubt = 2
        /// More than the two seconds within which the questions to a database end where an event loop is well.
        var answerLimit = Duration.seconds(3)
        /// The time to connect twice is in it.
        var inspectionLimit = Duration.seconds(10)
    }

    private let pace: Pace
    private let database: BoundedQuestion<Void, UInt64>
    private let inspection: BoundedQuestion<IsolationProof.Depth, DatabaseInspection.Finding>
    private let uptimeNanoseconds: @Sendable () -> UInt64
    private let state: AdminState
    private let setReady: @Sendable (Bool) -> Void
    private let beginDraining: @Sendable () -> Void
    private let logger: Logger

    /// - Parameters:
    ///   - check: One cheap question to the database by each event loop over each pool, each of which ends by itself
    ///     within a second. It returns since when each pool has had a connection, by the clock of `uptimeNanoseconds`.
    ///   - inspect: Inspects the database without blocking the task.
    ///   - state: Learns what is wrong. It must be told of the serving before.
    ///   - setReady: Hears each change. At first agentd is taken to be ready: its start has checked everything.
    ///   - beginDraining: Called when the shutdown begins; nothing is said after it.
    package init(
        check: @escaping @Sendable () async throws -> UInt64, uptimeNanoseconds: @escaping @Sendable () -> UInt64,
        inspect: @escaping @Sendable (IsolationProof.Depth) async throws -> DatabaseInspection.Finding,
        state: AdminState, setReady: @escaping @Sendable (Bool) -> Void,
        beginDraining: @escaping @Sendable () -> Void, logger: Logger
    ) {
        self.init(
            pace: Pace(), check: check, uptimeNanoseconds: uptimeNanoseconds, inspect: inspect, state: state,
            setReady: setReady,
            beginDraining: beginDraining, logger: logger)
    }

    init(
        pace: Pace, check: @escaping @Sendable () async throws -> UInt64,
        uptimeNanoseconds: @escaping @Sendable () -> UInt64,
        inspect: @escaping @Sendable (IsolationProof.Depth) async throws -> DatabaseInspection.Finding,
        state: AdminState, setReady: @escaping @Sendable (Bool) -> Void,
        beginDraining: @escaping @Sendable () -> Void, logger: Logger
    ) {
        self.pace = pace
        database = BoundedQuestion(limit: pace.answerLimit) { try await check() }
        self.uptimeNanoseconds = uptimeNanoseconds
        inspection = BoundedQuestion(limit: pace.inspectionLimit, inspect)
        self.state = state
        self.setReady = setReady
        self.beginDraining = beginDraining
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await watch()
        }
        state.setPhase(.draining)
        beginDraining()
    }

    /// What is known at the moment.
    private struct Knowledge {
        var database = Readiness(isReady: true)
        var isolation = Readiness(isReady: true)
        /// The database was away, and has not been inspected since.
        var isUninspected = false
        /// When the last inspection that found something began: by a database that was connected to before.
        var inspectedAt: UInt64
        /// Every connection of that time is gone. What was proven before is believed until it is proven again.
        var isReconnected = false
        var intervalsToInspection: Int
        var inspectionStreak: FailureStreak

        var isReady: Bool { database.isReady && isolation.isReady && !isUninspected }
        /// Whether what the last inspection found may not hold.
        var isInDoubt: Bool { isUninspected || isReconnected || isolation.isInDoubt || !isolation.isReady }
    }

    private func watch() async {
        // Replicas that were started together do not inspect together.
        let first = Int.random(in: pace.intervalsBetweenInspections / 2...pace.intervalsBetweenInspections)
        var known = Knowledge(
            inspectedAt: uptimeNanoseconds(), intervalsToInspection: first, inspectionStreak: FailureStreak(logger))
        for check in Check.allCases { state.setCheck(check.rawValue, failure: nil) }
        while (try? await Task.sleep(for: pace.interval)) != nil {
            let wasReady = known.isReady
            do {
                try await look(&known)
            } catch {
                return
            }
            guard known.isReady != wasReady else { continue }
            setReady(known.isReady)
            if known.isReady { logger.notice("agentd is ready again") } else { logger.error("agentd is not ready") }
        }
    }

    private enum Check: String, CaseIterable {
        case database
        case migrations
    }

    private func look(_ known: inout Knowledge) async throws(CancellationError) {
        guard try await askDatabase(&known), known.database.isReady else { return }
        known.intervalsToInspection -= 1
        guard known.intervalsToInspection <= 0 else { return }
        try await inspectDatabase(&known)
        known.intervalsToInspection = known.isInDoubt ? pace.intervalsInDoubt : pace.intervalsBetweenInspections
    }

    /// - Returns: Whether it answers now.
    private func askDatabase(_ known: inout Knowledge) async throws(CancellationError) -> Bool {
        do {
            let connectedSince = try await database.ask(())
            if connectedSince > known.inspectedAt, !known.isReconnected {
                logger.notice("The connections to the database were lost and made again; it is inspected again")
                known.isReconnected = true
                known.intervalsToInspection = 0
            }
            if known.database.checked(succeeded: true) != nil {
                logger.notice("The database answers again")
                known.isUninspected = true
                known.intervalsToInspection = 0
            }
            return true
        } catch {
            if Task.isCancelled { throw CancellationError() }
            let reason = Self.reason(error)
            if known.database.checked(succeeded: false) != nil {
                logger.error("The database does not answer", metadata: ["reason": "\(reason)"])
            }
            if !known.database.isReady { state.setCheck(Check.database.rawValue, failure: reason) }
            return false
        }
    }

    private func inspectDatabase(_ known: inout Knowledge) async throws(CancellationError) {
        let finding: DatabaseInspection.Finding
        let beginning = uptimeNanoseconds()
        do {
            finding = try await inspection.ask(known.isUninspected || known.isReconnected ? .full : .catalogue)
        } catch {
            if Task.isCancelled { throw CancellationError() }
            // What was proven before is not disproven by that.
            known.inspectionStreak.failed("The database cannot be inspected", error)
            if known.isUninspected {
                let reason = "it answers again and cannot be inspected: \(Self.reason(error))"
                state.setCheck(Check.database.rawValue, failure: reason)
            }
            return
        }
        known.inspectionStreak.succeeded("The database can be inspected again")
        known.inspectedAt = beginning
        take(finding, &known)
    }

    private func take(_ finding: DatabaseInspection.Finding, _ known: inout Knowledge) {
        var isFine = false
        if case .asAtStart = finding { isFine = true }
        let isChanged = known.isolation.checked(succeeded: isFine) != nil
        // Found once, something wrong is still in doubt.
        guard isFine || !known.isolation.isReady else { return }
        known.isReconnected = false
        if known.isUninspected {
            known.isUninspected = false
            state.setCheck(Check.database.rawValue, failure: nil)
        }
        if known.isolation.isReady || !isFine { tell(finding, isNew: isChanged) }
    }

    private func tell(_ finding: DatabaseInspection.Finding, isNew: Bool) {
        switch finding {
        case .asAtStart(let warnings):
            state.setCheck(Check.migrations.rawValue, failure: nil)
            state.setIsolationProof(failure: nil)
            state.setWarnings(warnings)
            if isNew { logger.notice("The database is as it was at the start again") }
        case .otherSchema(let reason):
            state.setCheck(Check.migrations.rawValue, failure: reason)
            if isNew { logger.error("The schema of the database is another one", metadata: ["reason": "\(reason)"]) }
        case .notIsolated(let reason):
            state.setCheck(Check.migrations.rawValue, failure: nil)
            state.setIsolationProof(failure: reason)
            if isNew {
                logger.critical(
                    "The database could show one tenant's rows to another", metadata: ["reason": "\(reason)"])
            }
        }
    }

    private static func reason(_ error: any Error) -> String {
        guard let error = error as? ServiceError else { return "\(error)" }
        return error.reason == .deadlineExceeded && error.cause == nil ? "it did not answer in time" : error.forLog
    }
}
