package import AgentdCore
internal import FoundationEssentials
internal import Synchronization

/// What the daemon says of itself to whoever runs it. Set from where things happen, on any thread; asked by the
/// administrative server.
package final class AdminState: Sendable {
    /// Where in its life the daemon is.
    package enum Phase: Sendable, Equatable {
        /// With what it is busy, such as "applying migrations".
        case starting(String)
        case serving
        case draining
    }

    private let now: @Sendable () -> Timestamp
    private let report: Mutex<ReadinessReport>

    /// - Parameter now: The wall clock.
    package init(
        now: @escaping @Sendable () -> Timestamp = {
            Timestamp(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000))
        }
    ) {
        self.now = now
        report = Mutex(ReadinessReport(phaseTime: now()))
    }

    /// Everything, at this moment.
    package var current: ReadinessReport { report.withLock { $0 } }

    package func setPhase(_ phase: Phase) {
        let time = now()
        report.withLock { report in
            guard report.phase != phase else { return }
            report.phase = phase
            report.phaseTime = time
        }
    }

    /// The outcome of a check that is made again and again, such as `database`. The daemon is not ready while one
    /// fails.
    /// - Parameter failure: What is wrong, in words without secrets or names of tenants; nil when nothing is.
    package func setCheck(_ name: String, failure: String?) {
        let time = now()
        report.withLock { $0.set(name, failure: failure, at: time) }
    }

    /// The outcome of a proof that the database keeps tenants apart, or is as the settings say. Until the first one
    /// succeeds the daemon is not ready.
    /// - Parameter failure: What is wrong; nil when it is proven.
    package func setIsolationProof(failure: String?) {
        let time = now()
        report.withLock { report in
            report.set(ReadinessReport.isolation, failure: failure, at: time)
            report.isIsolationProven = failure == nil
            if failure == nil { report.isolationProofTime = time }
        }
    }

    /// What whoever runs the daemon should know although it serves, each in a sentence. They replace the ones before.
    package func setWarnings(_ sentences: [String]) {
        report.withLock { $0.warnings = sentences.map(ReadinessReport.line) }
    }
}
